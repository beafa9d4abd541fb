/** Reads files, two at a time: the service has other callers too. */

import { ServiceError } from "./service.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Result} Result @typedef {import("./modes.js").Mode} Mode */

const AT_ONCE = 2;

export class Queue {
  /** @param {(item: Item) => void} onChange called when a result has changed */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {{item: Item, mode: Mode, path: string, result: Result}[]} */
    this.waiting = [];
    this.running = 0;
  }

  /** Read a file by a request, unless it is read already. @param {Item} item @param {Mode} mode @param {string} path */
  add(item, mode, path) {
    const found = item.results.get(path);
    if (item.refusal || (found && found.state !== "failed")) return;
    /** @type {Result} */
    const result = { state: "waiting", abort: new AbortController() };
    item.results.set(path, result);
    this.waiting.push({ item, mode, path, result });
    this.onChange(item);
    this.#start();
  }

  /** Give up a request; it can be made again. @param {Item} item @param {string} path */
  cancel(item, path) {
    item.results.get(path)?.abort?.abort();
    item.results.set(path, { state: "failed", problem: { code: "cancelled", message: "Cancelled", retryable: true } });
    this.waiting = this.waiting.filter((each) => !(each.item === item && each.path === path));
    this.onChange(item);
  }

  async #start() {
    if (this.running >= AT_ONCE) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.running += 1;
    await this.#read(next);
    this.running -= 1;
    this.#start();
  }

  /** @param {{item: Item, mode: Mode, path: string, result: Result}} next */
  async #read({ item, mode, path, result }) {
    const signal = /** @type {AbortController} */ (result.abort).signal;
    const started = performance.now();
    const onBusy = (/** @type {import("./service.js").Problem} */ problem, /** @type {number} */ seconds) => {
      result.note = `${problem.message}. It is sent again in ${seconds} s`;
      this.onChange(item);
    };
    result.state = "reading";
    this.onChange(item);
    try {
      result.answer = await mode.read(path, item, { signal, onBusy });
      result.seconds = (performance.now() - started) / 1000;
      result.state = "done";
    } catch (error) {
      if (signal.aborted) return; // cancelled, and told so already
      if (!(error instanceof ServiceError)) throw error;
      Object.assign(result, { state: "failed", problem: error.problem, status: error.status });
    }
    this.onChange(item);
  }
}
