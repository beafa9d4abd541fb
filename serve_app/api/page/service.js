/** Requests to the service: the API key, errors in the service's own words, and retries while it is busy. */

/**
 * @typedef {{code: string, message: string, retryable: boolean, request_id?: string}} Problem
 * @typedef {{max_bytes: number, max_pixels: number, max_side: number, min_side: number, media_types: string[],
 *   long_side: {ocr: number, chart: number}, deadline_s: number, documents: DocumentLimits, languages: string[],
 *   routes: string[]}} Limits
 * @typedef {{max_bytes: number, max_pages: number, deadline_s: number, media_types: string[], formats: string[],
 *   jobs: boolean}} DocumentLimits
 */

const KEY = "serve-app-key";
const TRIES = 5;

/** Where the service is: the page's own address. */
export const ROOT = new URL("..", import.meta.url);

export class ServiceError extends Error {
  /** @param {Problem} problem @param {number} status the HTTP status, 0 where no answer came @param {number} [retryAfter] */
  constructor(problem, status, retryAfter = 0) {
    super(problem.message);
    this.problem = problem;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The API key; this browser tab forgets it when it is closed. */
export function readKey() {
  return sessionStorage.getItem(KEY) ?? "";
}

/** @param {string} key */
export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

/** @param {string} path such as "v1/limits" @returns {Promise<any>} */
export async function getJson(path) {
  return (await request(path, {})).json();
}

/** An answer whose status other than 200 is no error, such as that of /ready. @param {string} path @returns {Promise<any>} */
export async function getState(path) {
  return (await fetch(new URL(path, ROOT), { headers: authorization() })).json();
}

/** @param {string} path @param {unknown} body @returns {Promise<Response>} */
export function postJson(path, body) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * Send a file, and again when the service is busy, after the time that it names.
 * @param {string} path
 * @param {Blob} file
 * @param {string} name
 * @param {{signal?: AbortSignal, onBusy?: (problem: Problem, seconds: number) => void}} [options]
 * @returns {Promise<any>} the answer's JSON
 */
export async function postFile(path, file, name, { signal, onBusy } = {}) {
  for (let tried = 1; ; tried += 1) {
    const body = new FormData();
    body.append("file", file, name);
    try {
      return await (await request(path, { method: "POST", body, signal })).json();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 429 || tried === TRIES) throw error;
      const seconds = Math.min(Math.max(error.retryAfter, 1), 60);
      onBusy?.(error.problem, seconds);
      await sleep(seconds, signal);
    }
  }
}

/** @param {string} path @param {RequestInit} options @returns {Promise<Response>} */
export async function request(path, options) {
  let answer;
  try {
    answer = await fetch(new URL(path, ROOT), { ...options, headers: { ...options.headers, ...authorization() } });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const message = "The service cannot be reached. Check that it is running, then try again";
    throw new ServiceError({ code: "unreachable", message, retryable: true }, 0);
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({})); // a proxy in between may answer in HTML
  const message = `The service answered ${answer.status} ${answer.statusText}`.trim();
  const problem = body.error ?? { code: "unexpected", message, retryable: answer.status >= 500 };
  throw new ServiceError(problem, answer.status, Number(answer.headers.get("Retry-After")) || 0);
}

/** @returns {Record<string, string>} */
function authorization() {
  const key = readKey();
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** @param {number} seconds @param {AbortSignal} [signal] @returns {Promise<void>} */
export function sleep(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
