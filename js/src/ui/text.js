/** text.js: the call bar's words, English and Chinese. Layer: ui. */

const en = {
  region: 'Telephone',
  incomingFrom: 'Incoming call from {who}',
  unknownNumber: 'Number withheld',
  ringingIn: 'Incoming call',
  dialing: 'Calling…',
  ringingOut: 'Ringing…',
  talking: 'On the call',
  held: 'On hold',
  answering: 'Connecting…',
  connectingSound: 'Connecting the sound…',
  answer: 'Answer',
  reject: 'Reject',
  hangUp: 'Hang up',
  mute: 'Mute',
  unmute: 'Unmute',
  hold: 'Hold',
  unhold: 'Resume',
  keypad: 'Keypad',
  digits: 'Digits sent',
  dismiss: 'Dismiss',
  openBar: 'Open the telephone',
  closeBar: 'Close the telephone',
  number: 'Number to call',
  call: 'Call',
  status: 'Status',
  free: 'Free',
  busy: 'Busy',
  arrange: 'After-call work',
  notReady: 'Not ready',
  rest: 'On a break',
  offline: 'Offline',
  endedClient: 'The other side hung up',
  endedSeat: 'You hung up',
  endedTimer: 'The time to answer ran out',
  endedAdmin: 'The call was ended',
  endedTransfer: 'The call moved on to someone else',
  reasons: {
    busy: 'The number is busy',
    notAnswer: 'No answer',
    userReject: 'The call was rejected',
    numberNotExist: 'This number does not exist',
    numberInvalid: 'This number cannot be dialled',
    notInService: 'The number is not in service',
    powerOff: 'The telephone is switched off',
    operatorError: 'The telephone line failed',
    connectionLost: 'The connection to the server was lost',
  },
  quality: ['Sound quality not known yet', 'Bad connection', 'Poor connection', 'Fair connection', 'Good connection'],
  noPackets: 'No sound arrives from the other side',
  audioBlocked: 'The browser holds back the sound. Click here to hear it.',
  reconnecting: 'Connection lost. Reconnecting; the call goes on.',
  signedOut: 'Signed in somewhere else. Load the page again to work here.',
  tokenExpired: 'Sign-in has run out. Load the page again.',
  errors: {}, /* English sentences come with the errors */
};

const zh = {
  region: '电话',
  incomingFrom: '{who} 来电',
  unknownNumber: '未知号码',
  ringingIn: '来电',
  dialing: '正在呼叫…',
  ringingOut: '对方振铃中…',
  talking: '通话中',
  held: '保持中',
  answering: '正在接通…',
  connectingSound: '正在接通声音…',
  answer: '接听',
  reject: '拒接',
  hangUp: '挂断',
  mute: '静音',
  unmute: '取消静音',
  hold: '保持',
  unhold: '恢复',
  keypad: '键盘',
  digits: '已发送按键',
  dismiss: '关闭',
  openBar: '打开电话',
  closeBar: '收起电话',
  number: '输入电话号码',
  call: '呼叫',
  status: '状态',
  free: '空闲',
  busy: '忙碌',
  arrange: '话后整理',
  notReady: '示忙',
  rest: '小休',
  offline: '离线',
  endedClient: '对方已挂断',
  endedSeat: '您已挂断',
  endedTimer: '超时未接',
  endedAdmin: '通话已结束',
  endedTransfer: '来电已转给其他座席',
  reasons: {
    busy: '对方忙',
    notAnswer: '无人接听',
    userReject: '对方拒接',
    numberNotExist: '空号',
    numberInvalid: '号码无法拨打',
    notInService: '号码不在服务区',
    powerOff: '对方已关机',
    operatorError: '线路故障',
    connectionLost: '与服务器的连接已断开',
  },
  quality: ['通话质量未知', '网络很差', '网络较差', '网络一般', '网络良好'],
  noPackets: '听不到对方的声音数据',
  audioBlocked: '浏览器暂停了声音，点击此处即可听到。',
  reconnecting: '连接中断，正在重连，通话不受影响。',
  signedOut: '账号已在别处登录，如需在此使用请刷新页面。',
  tokenExpired: '登录已过期，请刷新页面。',
  errors: {
    MIC_DENIED: '页面没有麦克风权限。请在浏览器地址栏中允许使用麦克风，然后刷新页面。',
    MIC_NOT_FOUND: '没有找到麦克风，请插入麦克风或耳机。',
    MIC_BUSY: '麦克风正被其他程序占用，请关闭后重试。',
    INSECURE_CONTEXT: '页面不是安全页面，浏览器不提供麦克风。请使用 HTTPS 或 localhost。',
    NOT_READY: 'SDK 尚未就绪，请稍候。',
    TIMEOUT: '服务器没有及时响应，请检查网络后重试。',
    CONNECTION_LOST: '与服务器的连接已断开，正在自动重连。',
    NUMBER_INVALID: '号码无法拨打，请检查号码。',
    NO_OUTBOUND_NUMBER: '没有可用的外呼号码，请联系管理员。',
    AGENT_OFFLINE: '您处于离线状态，请先上线。',
    AGENT_BUSY: '您正在通话中，请先结束或保持当前通话。',
    TRUNK_DOWN: '电话线路不可用，请联系管理员。',
    SHUTTING_DOWN: '服务器正在停止，请一分钟后再试。',
    STATE: '当前状态下不能进行此操作。',
    LIMIT: '已达到上限，请稍后再试。',
  },
};

/** @typedef {typeof en} Text */

/** @param {string} wanted the script's data-lang @returns {Text} */
export function barText(wanted) {
  const language = wanted || document.documentElement.lang || navigator.language;
  return /^zh/i.test(language) ? zh : en;
}

/** @param {Text} text @param {{closeBy?: string, mainReason?: string, subReason?: string}} ending */
export function endingText(text, { closeBy, mainReason, subReason }) {
  const reasons = /** @type {Record<string, string>} */ (text.reasons);
  const reason = reasons[subReason ?? ''] ?? reasons[mainReason ?? ''];
  if (reason) return reason;
  if (closeBy === 'client') return text.endedClient;
  if (closeBy === 'seat') return text.endedSeat;
  if (closeBy === 'timer') return text.endedTimer;
  return text.endedAdmin;
}

/** @param {Text} text @param {{code?: string, errorMsg?: string, remedy?: string}} error */
export function errorText(text, { code = '', errorMsg = '', remedy = '' }) {
  return /** @type {Record<string, string>} */ (text.errors)[code] ?? `${errorMsg} ${remedy}`.trim();
}
