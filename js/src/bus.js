/**
 * bus.js: commands to the core and their answers, matched by id. Layer: page.
 * Every command is answered once: by the core, or here when there is no core to ask.
 */
import { tcccError } from './errors.js';

/** @param {number} id @param {string} cmd @param {object} args */
function commandText(id, cmd, args) {
  try {
    return JSON.stringify({ id, cmd, args });
  } catch { /* a circle or a BigInt */
    throw tcccError('ARG_TYPE');
  }
}

/**
 * @typedef {{resolve: (data: any) => void, reject: (error: Error) => void}} Waiting
 * @param {(id: number, text: string) => void} post takes {"id","cmd","args"} as text
 */
export function createBus(post) {
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  let lastId = 0;
  /** @type {string} why commands are refused here; '' when the core takes them */
  let refusal = 'NOT_READY';

  /** @param {string} cmd @param {object} [args] @returns {Promise<any>} */
  function request(cmd, args = {}) {
    if (refusal) return Promise.reject(tcccError(refusal));
    return ask(cmd, args);
  }

  /** As request, also before the ready event. @param {string} cmd @param {object} [args] @returns {Promise<any>} */
  function ask(cmd, args = {}) {
    return new Promise((resolve, reject) => {
      const id = lastId + 1;
      const text = commandText(id, cmd, args);
      lastId = id;
      waiting.set(id, { resolve, reject });
      post(id, text);
    });
  }

  /** @param {{id: number, status: string, data?: object, code?: string, errorMsg?: string, remedy?: string}} result */
  function answer(result) {
    const one = waiting.get(result.id);
    if (!one) return;
    waiting.delete(result.id);
    if (result.status === 'success') one.resolve(result.data);
    else one.reject(tcccError(result.code ?? 'INTERNAL', result.errorMsg, result.remedy));
  }

  /** Throws where a request would be refused. */
  function check() {
    if (refusal) throw tcccError(refusal);
  }

  const open = () => { refusal = ''; };

  /** From now on commands are refused; those that wait are answered so. @param {string} code */
  function close(code) {
    refusal = code;
    const all = [...waiting.values()];
    waiting.clear();
    for (const one of all) one.reject(tcccError(code));
  }

  return { request, ask, check, answer, open, close };
}
/** @typedef {ReturnType<typeof createBus>} Bus */
