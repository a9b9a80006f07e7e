/** preflight_text.js: what the preflight says of each check, in English and Chinese. Layer: page. Each: a sentence, and what to do. */

/** @typedef {'browserOk'|'browserOld'|'insecure'|'micOk'|'micDenied'|'micNone'|'micBusy'|'micSilent'|'micQuiet'|'micClipped'|'speakerOk'|'speakerPlayed'
 *   |'speakerBlocked'|'speakerDead'|'engine'|'networkOk'|'networkWebSocket'|'networkPoor'|'networkBad'|'networkNone'|'networkSkipped'} Finding */
/** @typedef {Record<Finding, [string, string]>} Sentences */

/** @type {Sentences} */
const en = {
  browserOk: ['The browser has everything that calls need.', ''],
  browserOld: ['The browser lacks something that calls need.', 'Use a current Chrome, Edge, Firefox or Safari.'],
  insecure: ['The page is not secure, so the browser gives no microphone.', 'Serve the page over HTTPS or from localhost.'],
  micOk: ['The microphone hears you.', ''],
  micDenied: ['The page may not use the microphone.', 'Allow the microphone in the browser\'s address bar.'],
  micNone: ['There is no microphone.', 'Plug in a microphone or headset.'],
  micBusy: ['The microphone is in use by another program, or broken.', 'Close the other program, or plug the microphone in again.'],
  micSilent: ['The microphone gives nothing at all.', 'Turn off the mute switch of the headset, or choose another microphone.'],
  micQuiet: ['The microphone is very quiet.', 'Speak during the check; raise its level in the system\'s sound settings.'],
  micClipped: ['The microphone is too loud and distorts.', 'Lower its level in the system\'s sound settings.'],
  speakerOk: ['The loudspeaker runs.', ''],
  speakerPlayed: ['A tone was played on the loudspeaker.', 'If you did not hear it, choose another loudspeaker or raise the volume.'],
  speakerBlocked: ['The browser holds back sound until someone clicks in the page.', 'Click once in the page.'],
  speakerDead: ['The loudspeaker takes no sound.', 'Plug in a loudspeaker or headset, or choose another.'],
  engine: ['The voice engine could not be started.', 'Load the page again; see the page about the Content-Security-Policy.'],
  networkOk: ['The network carries calls well.', ''],
  networkWebSocket: ['The network carries calls, but UDP does not get through.', 'Let UDP through to the server\'s port: sound is late where TCP loses packets.'],
  networkPoor: ['Calls will sound worse than usual.', 'Use a cable instead of Wi-Fi; stop downloads.'],
  networkBad: ['The network is too bad for calls.', 'Use another network; stop downloads.'],
  networkNone: ['No sound reaches the server.', 'Let WebSockets or UDP through to the server.'],
  networkSkipped: ['The network was not checked, because nobody is signed in.', 'Sign in and check again.'],
};

/** @type {Sentences} */
const zh = {
  browserOk: ['浏览器具备通话所需的全部功能。', ''],
  browserOld: ['浏览器缺少通话所需的功能。', '请使用最新版的 Chrome、Edge、Firefox 或 Safari。'],
  insecure: ['页面不是安全页面，浏览器不提供麦克风。', '请通过 HTTPS 或 localhost 打开页面。'],
  micOk: ['麦克风能听到您的声音。', ''],
  micDenied: ['页面没有使用麦克风的权限。', '请在浏览器地址栏中允许使用麦克风。'],
  micNone: ['没有找到麦克风。', '请插入麦克风或耳麦。'],
  micBusy: ['麦克风被其他程序占用，或已损坏。', '请关闭其他程序，或重新插拔麦克风。'],
  micSilent: ['麦克风没有任何信号。', '请关闭耳麦的静音开关，或选择其他麦克风。'],
  micQuiet: ['麦克风声音很小。', '检测时请讲话；请在系统声音设置中调高音量。'],
  micClipped: ['麦克风声音过大，已失真。', '请在系统声音设置中调低音量。'],
  speakerOk: ['扬声器工作正常。', ''],
  speakerPlayed: ['已在扬声器上播放提示音。', '如果没有听到，请选择其他扬声器或调高音量。'],
  speakerBlocked: ['在有人点击页面之前，浏览器不播放声音。', '请点击一下页面。'],
  speakerDead: ['扬声器无法播放声音。', '请插入扬声器或耳麦，或选择其他扬声器。'],
  engine: ['语音引擎无法启动。', '请重新加载页面；并查看内容安全策略的说明。'],
  networkOk: ['网络适合通话。', ''],
  networkWebSocket: ['网络可以通话，但 UDP 不通。', '请放行到服务器端口的 UDP：TCP 丢包时声音会延迟。'],
  networkPoor: ['通话音质会比平时差。', '请使用有线网络；停止下载。'],
  networkBad: ['网络太差，不适合通话。', '请更换网络；停止下载。'],
  networkNone: ['声音无法到达服务器。', '请放行到服务器的 WebSocket 或 UDP。'],
  networkSkipped: ['尚未登录，没有检测网络。', '请登录后再检测。'],
};

/** @param {string} lang @returns {Sentences} */
export const preflightText = (lang) => (/^zh/i.test(lang || document.documentElement.lang || navigator.language) ? zh : en);
