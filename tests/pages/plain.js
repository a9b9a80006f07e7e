/** plain.js: puts the SDK's script tag in, as integrations do, and notes what it tells. Layer: tests. */
'use strict';

window.heard = [];
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});

/** Adds the script; resolves when it has run. `data` are data- attributes. */
window.inject = (src, data = {}, integrity = '') => new Promise((resolve, reject) => {
  const script = document.createElement('script');
  const policy = window.trustedTypes && window.trustedTypes.createPolicy('page', { createScriptURL: (url) => url });
  script.src = policy ? policy.createScriptURL(src) : src;
  script.crossOrigin = 'anonymous';
  script.integrity = integrity;
  Object.assign(script.dataset, data);
  script.onload = () => resolve(script);
  script.onerror = () => reject(new Error('the script did not load'));
  document.body.append(script);
});

window.listen = () => {
  for (const name of Object.keys(window.tccc.events)) {
    window.tccc.on(name, (payload) => window.heard.push([name, payload]));
  }
};

(() => {
  const parameters = new URLSearchParams(location.search);
  const src = parameters.get('sdk');
  if (!src) return;
  parameters.delete('sdk');
  window.inject(src, Object.fromEntries(parameters)).then(window.listen);
})();
