/** Reads files, a few at a time: the service has other callers too. */

import { ServiceError } from "./service.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Result} Result @typedef {import("./service.js").Limits} Limits @typedef {import("./modes.js").Mode} Mode */

export class Queue {
  /**
   * @param {number} atOnce how many are read at a time
   * @param {() => Limits} limits those of the service
   * @param {(item: Item) => void} onChange called when a result has changed
   */
  constructor(atOnce, limits, onChange) {
    this.atOnce = atOnce;
    this.limits = limits;
    this.onChange = onChange;
    /** @type {{item: Item, mode: Mode, path: string, result: Result}[]} */
    this.waiting = [];
    this.running = 0;
  }

  /** Read a file as it is asked for, unless it is read already. @param {Item} item */
  add(item) {
    if (item.refusal || (item.result && item.result.state !== "failed")) return;
    /** @type {Result} */
    const result = { state: "waiting", abort: new AbortController() };
    item.results.set(item.path, result);
    this.waiting.push({ item, mode: item.mode, path: item.path, result });
    this.onChange(item);
    this.#start();
  }

  /** Give up the request for a file; it can be made again. @param {Item} item */
  cancel(item) {
    item.result?.abort?.abort();
    item.results.set(item.path, { state: "failed", problem: { code: "cancelled", message: "Cancelled", retryable: true } });
    this.waiting = this.waiting.filter((each) => !(each.item === item && each.path === item.path));
    this.onChange(item);
  }

  async #start() {
    if (this.running >= this.atOnce) return;
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
    const onPart = (/** @type {any} */ answer) => {
      result.answer = answer;
      this.onChange(item);
    };
    result.state = "reading";
    this.onChange(item);
    try {
      result.answer = await mode.read(path, item, { signal, limits: this.limits(), onBusy, onPart });
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
