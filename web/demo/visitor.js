/** visitor.js: a customer's page: chat, voice and video with an agent, by dist/tccc-visitor.js. Layer: web. docs/chat.md. */

const TEXT = {
  en: {
    title: 'Talk to us', chat: 'Chat', voice: 'Speak', video: 'Video', end: 'End', mute: 'Mute', cameraOff: 'Camera off', message: 'Message', file: 'File', send: 'Send', rate: 'How was it?',
    connecting: 'Connecting…', ready: 'We are here.', queued: (n) => (n ? `${n} before you.` : 'Somebody will be with you soon.'), joined: (name) => `${name} is here.`,
    choose: 'Choose an answer', writes: 'is writing…', ended: 'The conversation has ended.', nobody: 'Nobody is here at the moment.', thanks: 'Thank you.', lost: 'The connection is lost.', held: 'You are on hold.', talks: 'You are connected.', pictureless: 'Sound only: your browser and the other side’s have no picture format in common.',
  },
  zh: {
    title: '联系我们', chat: '文字', voice: '语音', video: '视频', end: '结束', mute: '静音', cameraOff: '关闭摄像头', message: '消息', file: '文件', send: '发送', rate: '您满意吗？',
    connecting: '正在连接…', ready: '很高兴为您服务。', queued: (n) => (n ? `前面还有 ${n} 位。` : '马上为您接通。'), joined: (name) => `${name} 为您服务。`,
    choose: '请选择', writes: '正在输入…', ended: '会话已结束。', nobody: '现在没有客服在线。', thanks: '谢谢！', lost: '连接已断开。', held: '您正在等待，请稍候。', talks: '已接通。', pictureless: '仅有声音：双方浏览器没有共同的视频格式。',
  },
};
const lang = (new URLSearchParams(location.search).get('lang') ?? navigator.language).startsWith('zh') ? 'zh' : 'en';
const t = TEXT[lang];
const $ = (id) => document.getElementById(id);
document.documentElement.lang = lang;
for (const one of document.querySelectorAll('[data-text]')) one.textContent = t[one.dataset.text];
for (const one of document.querySelectorAll('[data-label]')) {
  one.setAttribute('aria-label', t[one.dataset.label]);
  one.placeholder = t[one.dataset.label];
}

const say = (text) => { $('state').textContent = text; };
const shown = new Set();
let visitor;
let chatId = '';
let writesTimer;

/** What runs: '' nothing, 'chat', 'voice', 'video'. */
function show(running) {
  const had = document.activeElement;
  for (const id of ['chat', 'voice', 'video']) {
    $(id).disabled = running !== '' || !visitor;
    $(id).hidden = running !== '';
  }
  $('end').hidden = running === '';
  $('write').hidden = running !== 'chat';
  if (running !== 'video') $('theirs').hidden = $('own').hidden = true;
  $('mic').hidden = running !== 'voice' && running !== 'video';
  $('camera').hidden = running !== 'video';
  for (const id of ['mic', 'camera']) $(id).setAttribute('aria-pressed', 'false');
  if (had?.closest('[hidden]')) $({ '': 'chat', chat: 'text' }[running] ?? 'end').focus(); /* where it was there is nothing any more */
}

/** Answers to a flow's question, as buttons; typing one of them is as good. They go when something is answered. */
function offer(options) {
  const box = Object.assign(document.createElement('div'), { className: 'options' });
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', t.choose);
  for (const { text } of options) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
    button.onclick = () => {
      $('text').focus();
      visitor.send({ text }).catch(trouble);
    };
    box.append(button);
  }
  return box;
}

function put({ seq, sessionId, from, kind, text, url, name, options }) {
  const key = `${sessionId} ${seq}`;
  if (shown.has(key)) return;
  shown.add(key);
  for (const old of document.querySelectorAll('#log .options')) old.remove();
  const item = document.createElement('li');
  item.className = from;
  if (kind === 'text') item.textContent = text;
  else {
    const link = Object.assign(document.createElement('a'), { href: url, target: '_blank', rel: 'noopener' });
    link.append(kind === 'image' ? Object.assign(document.createElement('img'), { src: url, alt: name }) : name);
    item.append(link);
  }
  if (options && visitor.sessionId === sessionId) item.append(offer(options));
  $('log').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

/** Another page of this visitor may have begun the chat. */
function runs(sessionId) {
  if ($('chat').disabled) return;
  chatId = sessionId;
  $('rate').hidden = true;
  show('chat');
}

const LISTENERS = {
  queued: ({ ahead, type, sessionId }) => {
    if (type === 'im') runs(sessionId);
    say(t.queued(ahead));
  },
  joined: ({ nickname }) => say(t.joined(nickname)),
  userAccessed: () => say(t.ready),
  message: (message) => {
    runs(message.sessionId);
    put(message);
    $('writes').textContent = '';
    if (message.from !== 'client') visitor.read({ seq: message.seq });
  },
  typing: () => {
    $('writes').textContent = t.writes;
    clearTimeout(writesTimer);
    writesTimer = setTimeout(() => { $('writes').textContent = ''; }, 4000);
  },
  videoStreams: ({ sessionId }) => {
    const streams = visitor.getStreams({ sessionId });
    $('theirs').srcObject = streams?.remote ?? null;
    $('theirs').hidden = !streams;
    $('own').srcObject = streams?.local ?? null;
    $('own').hidden = !streams?.local.getVideoTracks().length;
  },
  held: ({ held }) => {
    say(held ? t.held : t.talks);
    for (const id of ['theirs', 'own']) $(id).hidden = held || !$(id).srcObject;
  },
  videoCodec: ({ codec }) => { if (codec === 'none') say(t.pictureless); },
  sessionEnded: ({ type, mainReason }) => {
    say(mainReason === 'noSeatOnline' ? t.nobody : t.ended);
    $('writes').textContent = '';
    for (const old of document.querySelectorAll('#log .options')) old.remove();
    show('');
    $('rate').hidden = type !== 'im' || mainReason === 'noSeatOnline';
  },
  disconnected: () => say(t.lost),
  connected: () => say(t.ready),
};

const trouble = (error) => { say(error.errorMsg ?? String(error)); };

function begin(kind, start) {
  $('rate').hidden = true;
  show(kind);
  start().then(({ sessionId }) => { if (kind === 'chat') chatId = sessionId; }, (error) => {
    show('');
    trouble(error);
  });
}

$('chat').onclick = () => begin('chat', () => visitor.startChat());
$('voice').onclick = () => begin('voice', () => visitor.startVoice());
$('video').onclick = () => begin('video', () => visitor.startVideo());
/** A button that stays down: off and on again. */
function switches(id, off, on) {
  $(id).onclick = () => {
    const isOff = $(id).getAttribute('aria-pressed') !== 'true';
    (isOff ? off : on)().then(() => $(id).setAttribute('aria-pressed', String(isOff)), trouble);
  };
}
switches('mic', () => visitor.muteMic(), () => visitor.unmuteMic());
switches('camera', () => visitor.muteVideo(), () => visitor.unmuteVideo());
$('end').onclick = () => visitor.end().catch(trouble);
$('text').oninput = () => { visitor.typing().catch(() => {}); };
$('write').onsubmit = (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  $('text').value = '';
  visitor.send({ text }).catch(trouble);
};
$('file').onchange = () => {
  const [file] = $('file').files;
  $('file').value = '';
  if (file) visitor.send({ file }).catch(trouble);
};
$('rate').onclick = ({ target }) => {
  if (!target.value) return;
  visitor.rate({ sessionId: chatId, score: Number(target.value) }).then(() => {
    $('rate').hidden = true;
    say(t.thanks);
  }, trouble);
};

say(t.connecting);
const options = new URLSearchParams(location.search);
try {
  visitor = await window.tcccVisitor.connect({ channel: options.get('channel') ?? 'demo', nickname: options.get('nickname') ?? '' });
  for (const [name, listener] of Object.entries(LISTENERS)) visitor.on(name, listener);
  const { sessions: [goesOn] } = await visitor.sessions(); /* this page was loaded again, or is another of this visitor */
  say(goesOn && goesOn.type !== 'im' ? t.talks : t.ready);
  show({ im: 'chat', voip: 'voice', video: 'video' }[goesOn?.type] ?? '');
  chatId = visitor.sessionId;
  if (chatId) for (const one of (await visitor.history()).messages) put({ ...one, sessionId: chatId });
} catch (error) {
  trouble(error);
}
