// What the chat page needs from the outside: memory that survives a reload, and requests that do not give up.

const FETCH_TIMEOUT = 30_000; // milliseconds
const FIRST_PAUSE = 500; // milliseconds
const LONGEST_PAUSE = 15_000; // milliseconds
const CONVERSATION = "zerolevel.conversation";
const UNSENT = "zerolevel.unsent.";

/**
 * @typedef {{ref: string, text: string, choice: string|null, at: number, failed?: string}} Message
 *   what the employee said and the server may not have; `at` in milliseconds, `failed` is the server's reason
 */

/** One key per message, so that two tabs never overwrite each other. Where the browser forbids storage, the page itself remembers. */
export const memory = {
  /** @returns {string|null} */
  conversation: () => read(CONVERSATION),
  keepConversation: (/** @type {string|null} */ id) => (id ? write(CONVERSATION, id) : erase(CONVERSATION)),
  /** @returns {Message[]} oldest first */
  messages: () => keys().filter((key) => key.startsWith(UNSENT)).map((key) => JSON.parse(read(key) ?? "{}")).sort((a, b) => a.at - b.at),
  keepMessage: (/** @type {Message} */ message) => write(UNSENT + message.ref, JSON.stringify(message)),
  dropMessage: (/** @type {string} */ ref) => erase(UNSENT + ref),
  /** @returns {boolean} whether another tab changed the conversation */
  isConversation: (/** @type {StorageEvent} */ event) => event.key === CONVERSATION,
};

/** @returns {T} what `action` gives, or `otherwise` where storage is forbidden or full @template T */
function guarded(/** @type {() => T} */ action, /** @type {T} */ otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
const read = (/** @type {string} */ key) => guarded(() => localStorage.getItem(key), null);
const write = (/** @type {string} */ key, /** @type {string} */ value) => guarded(() => localStorage.setItem(key, value), undefined);
const erase = (/** @type {string} */ key) => guarded(() => localStorage.removeItem(key), undefined);
const keys = () => guarded(() => Object.keys(localStorage), []);

/** @returns {string} a new id; crypto.randomUUID exists only on https and localhost, and an intranet may have neither */
export function newRef() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Asks until there is an answer below 500, as long as `wanted()` holds.
 * @param {string} url
 * @param {RequestInit} options
 * @param {{wanted: () => boolean, trouble: (broken: boolean) => void}} watch
 * @returns {Promise<{status: number, data: any}|null>} null when it is no longer wanted
 */
export async function request(url, options, watch) {
  for (let tries = 0; watch.wanted(); tries += 1) {
    const answer = await attempt(url, options);
    watch.trouble(!answer);
    if (answer) return answer;
    await pause(tries);
  }
  watch.trouble(false);
  return null;
}

/** @returns {Promise<{status: number, data: any}|null>} null for what may go better next time */
async function attempt(/** @type {string} */ url, /** @type {RequestInit} */ options) {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(FETCH_TIMEOUT) });
    if (response.status >= 500) return null;
    const data = response.ok ? await response.json() : await response.json().catch(() => null);
    return { status: response.status, data };
  } catch {
    return null;
  }
}

/** Waits longer with every try; ends early when the browser is online again. */
export function pause(/** @type {number} */ tries) {
  const time = Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE) * (0.8 + 0.4 * Math.random());
  return new Promise((resolve) => {
    setTimeout(resolve, time);
    addEventListener("online", resolve, { once: true });
  });
}
