/** Server-Sent Events by fetch, since EventSource can send no key. A broken connection is made again, from the last event on. */

import { request, ServiceError, sleep } from "./service.js";

/** @typedef {{id: number, kind: string, data: any}} ServerEvent */

const FIRST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 30;
const SILENCE_MS = 30_000; // the service sends a comment each 10 seconds: after three it is gone

/**
 * Follow a stream until its last event.
 * @param {string} path
 * @param {{signal: AbortSignal, onEvent: (event: ServerEvent) => boolean,
 *   onConnection: (seconds: number) => void}} options `onEvent` tells whether the event is the last one; `onConnection` is told
 *   in how many seconds a broken connection is made again, and 0 when it stands
 * @throws {ServiceError} where trying again would not help
 */
export async function follow(path, { signal, onEvent, onConnection }) {
  let last = 0;
  for (let pause = FIRST_PAUSE_S; ; pause = Math.min(pause * 2, LONGEST_PAUSE_S)) {
    let wait = pause;
    try {
      const answer = await request(path, { headers: last ? { "Last-Event-ID": String(last) } : {}, signal });
      onConnection(0);
      for await (const event of read(/** @type {ReadableStream<Uint8Array>} */ (answer.body))) {
        last = event.id;
        pause = FIRST_PAUSE_S;
        wait = pause;
        if (onEvent(event)) return;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof ServiceError) {
        if (!error.problem.retryable) throw error;
        wait = Math.max(wait, error.retryAfter);
      } else if (!(error instanceof TypeError)) throw error; // browsers say so of a stream that breaks
    }
    onConnection(wait);
    await sleep(wait, signal);
  }
}

/** The events of one connection. @param {ReadableStream<Uint8Array>} body @returns {AsyncGenerator<ServerEvent>} */
async function* read(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const timer = setTimeout(() => reader.cancel(), SILENCE_MS);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      const parts = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = /** @type {string} */ (parts.pop());
      for (const part of parts) {
        const event = parse(part);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // of a connection that is broken already
  }
}

/** @param {string} part the lines of one event @returns {ServerEvent | null} null for a comment */
export function parse(part) {
  const fields = new Map(part.split("\n").map((line) => /** @type {[string, string]} */ (line.split(/: ?(.*)/s, 2))));
  if (!fields.has("data")) return null;
  return { id: Number(fields.get("id")), kind: fields.get("event") ?? "message", data: JSON.parse(fields.get("data") ?? "") };
}
