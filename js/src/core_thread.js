/**
 * core_thread.js: finds the core a thread. Layer: page. Source: measured CSP matrix, docs/network.md.
 *
 * Tried in order: the integrator's data-worker-src; worker.js itself when the SDK is served from the page's origin; a Blob
 * worker that imports worker.js from the SDK's origin; at last the page's own thread, with a warning event.
 */
import { CoreHost } from './core_host.js';
import { scriptPolicy } from './script_policy.js';

/** A worker that a policy forbids reports an error at once; one that hangs is given up after this. */
const WORKER_UP_MS = 10000;

/** @typedef {{post: (message: object, transfer?: Transferable[]) => void, stop: () => void, isWorker: boolean}} CoreThread */
/** Where the script and its worker come from. @typedef {{base: string, origin: string, workerSrc: string}} Place */
/** @typedef {{onMessage: (message: any) => void, onFault: (text: string) => void}} CoreSink */

/** @param {string} workerUrl */
const blobSource = (workerUrl) => `
const types = self.trustedTypes, url = ${JSON.stringify(workerUrl)};
importScripts(types ? types.createPolicy('tccc', { createScriptURL: (u) => u }).createScriptURL(url) : url);`;

/** @param {string} workerUrl @param {(url: string) => Worker} make */
function blobWorker(workerUrl, make) {
  const url = URL.createObjectURL(new Blob([blobSource(workerUrl)], { type: 'text/javascript' }));
  const worker = make(url);
  const revoke = () => URL.revokeObjectURL(url);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return worker;
}

/** @param {() => Worker} make @returns {Promise<Worker>} when its script runs */
function workerUp(make) {
  return new Promise((resolve, reject) => {
    const worker = make();
    const timer = setTimeout(() => fail('no answer'), WORKER_UP_MS);
    const fail = (/** @type {string} */ reason) => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Error(reason));
    };
    worker.onmessage = () => {
      clearTimeout(timer);
      resolve(worker);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      fail(event.message || 'blocked');
    };
  });
}

/** @param {Place} config @returns {(() => Worker)[]} */
function candidates({ base, origin, workerSrc }) {
  const policy = scriptPolicy();
  const make = (/** @type {string} */ url) => new Worker(policy.createScriptURL(url));
  const url = `${base}worker.js`;
  return [
    ...(workerSrc ? [() => make(new URL(workerSrc, location.href).href)] : []),
    ...(origin === location.origin ? [() => make(url)] : []),
    () => blobWorker(url, make),
  ];
}

/** @param {Worker} worker @param {CoreSink} sink @returns {CoreThread} */
function workerThread(worker, { onMessage, onFault }) {
  worker.onmessage = ({ data }) => onMessage(data);
  worker.onerror = ({ message }) => onFault(message);
  return {
    isWorker: true,
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    stop: () => worker.terminate(),
  };
}

/** @param {CoreSink} sink @returns {CoreThread} */
function pageThread({ onMessage }) {
  const host = new CoreHost((message) => Promise.resolve(message).then(onMessage));
  return { isWorker: false, post: (message) => host.handle(message), stop: () => host.handle({ k: 'stop' }) };
}

/** @param {Place} config @param {CoreSink} sink @returns {Promise<CoreThread>} */
export async function startCoreThread(config, sink) {
  let makers = /** @type {(() => Worker)[]} */ ([]);
  try {
    makers = candidates(config);
  } catch { /* the page's Trusted Types policy list does not name "tccc": no worker can be made */ }
  for (const make of makers) {
    try {
      return workerThread(await workerUp(make), sink);
    } catch { /* forbidden here: the next way */ }
  }
  return pageThread(sink);
}
