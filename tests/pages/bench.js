/** bench.js: times the SDK's start. It reads the user timing marks that tccc.js sets. Layer: tests. */
'use strict';

window.bench = new Promise((resolve, reject) => {
  const script = document.createElement('script');
  const begunMs = performance.now();
  let loadMs = 0;
  script.src = new URLSearchParams(location.search).get('sdk');
  script.crossOrigin = 'anonymous';
  script.onerror = () => reject(new Error('the script did not load'));
  script.onload = () => {
    loadMs = performance.now() - begunMs;
    window.tccc.on('tokenExpired', ({ message }) => reject(new Error(message)));
    window.tccc.on('ready', () => {
      const [{ startTime, duration }] = performance.getEntriesByName('tccc:evaluate');
      resolve({ evaluateMs: duration, loadMs, readyMs: performance.now() - startTime });
    });
  };
  document.body.append(script);
});
