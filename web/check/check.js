/** check.js: the page that checks devices: what errors about the microphone link to. Layer: web. Needs no sign-in. */
'use strict';

(() => {
  const isChinese = /^zh/i.test(navigator.language);
  const text = isChinese ? {
    title: '设备检测', intro: '检测时请讲话，并留意扬声器中的提示音。', start: '开始检测', running: '检测中…',
    browser: '浏览器', microphone: '麦克风', speaker: '扬声器', network: '网络',
  } : {
    title: 'Device check', intro: 'Speak during the check, and listen for a tone.', start: 'Start the check', running: 'Checking…',
    browser: 'Browser', microphone: 'Microphone', speaker: 'Loudspeaker', network: 'Network',
  };
  const part = (id) => document.getElementById(id);
  document.documentElement.lang = isChinese ? 'zh' : 'en';
  document.title = text.title;
  for (const id of ['title', 'intro', 'start']) part(id).textContent = text[id];
  tccc.UI.hide();

  const line = (name, words) => Object.assign(document.createElement(name), { textContent: words });

  function show({ name, result, sentence, remedy }) {
    const item = document.createElement('li');
    item.dataset.name = name;
    item.dataset.result = result;
    item.append(line('b', text[name]), line('p', sentence), line('p', remedy));
    part('checks').append(item);
  }

  part('start').addEventListener('click', async () => {
    const button = part('start');
    button.disabled = true;
    button.textContent = text.running;
    part('checks').textContent = '';
    try {
      const { checks } = await tccc.Devices.preflight({ full: true });
      checks.forEach(show);
    } finally {
      button.disabled = false;
      button.textContent = text.start;
    }
  });
})();
