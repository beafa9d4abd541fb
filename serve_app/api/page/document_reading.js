/** A document while it is read: what is known of it and of each of its pages. Views listen to it. */

/**
 * @typedef {{state: "waiting" | "done" | "failed", again: boolean, content: any, message: string}} PageState
 *   `again`: it failed, and is tried once more; `content` is set when it is done, `message` when it failed
 */

export class DocumentReading {
  constructor() {
    /** By their numbers. @type {Map<number, PageState>} */
    this.pages = new Map();
    /** @type {"sending" | "queued" | "running" | "done" | "partial" | "failed" | "cancelled"} */
    this.state = "sending";
    /** The number of the page that is looked at. */
    this.shown = 1;
    /** Seconds until a broken connection is made again, 0 while it stands. */
    this.broken = 0;
    /** Seconds since 1970, by the service's clock. */
    this.startedAt = 0;
    this.latestAt = 0;
    /** Why it waits, where it does. */
    this.note = "";
    /** The formats in which it can be had. @type {string[]} */
    this.formats = [];
    /** Told the number of a page that has changed, or 0 for the document as a whole. @type {Map<"row" | "view", (number: number) => void>} */
    this.listeners = new Map();
    /** Ends the reading; pages that are read stay. @type {(() => void) | null} */
    this.cancel = null;
    /** The picture of a page, where the service has it. @type {((number: number) => Promise<Blob>) | null} */
    this.picture = null;
    /** The document in a format, from the service. @type {((format: string) => Promise<Response>) | null} */
    this.write = null;
  }

  get isOver() {
    return ["done", "partial", "failed", "cancelled"].includes(this.state);
  }

  /** @param {PageState["state"]} state */
  count(state) {
    return [...this.pages.values()].filter((page) => page.state === state).length;
  }

  /** Seconds until the end, by the pace so far; null before the first page. */
  get secondsLeft() {
    const read = this.count("done") + this.count("failed");
    if (this.isOver || !read || !this.startedAt) return null;
    return ((this.latestAt - this.startedAt) / read) * (this.pages.size - read);
  }

  /** Take in what a job's event says. @param {import("./events.js").ServerEvent} event @returns {boolean} whether it is the last */
  take({ kind, data }) {
    this.latestAt = data.at;
    this.broken = 0;
    if (kind === "planned") this.#plan(data.pages);
    if (kind === "retry" && data.number) this.#put(data.number, { again: true });
    if (kind === "page" && data.state === "done") this.#put(data.number, { state: "done", content: data.content });
    if (kind === "page" && data.state === "failed") this.#put(data.number, { state: "failed", message: data.failure.message });
    if (kind === "job") this.enter(data.state);
    return this.isOver;
  }

  /** @param {DocumentReading["state"]} state */
  enter(state) {
    if (state === "running") this.startedAt ||= this.latestAt;
    this.state = state;
    this.tell(0);
  }

  /** Take in an answer of /v1/document. @param {any} answer */
  fill(answer) {
    answer.pages.forEach((/** @type {any} */ page) => {
      const state = page.error ? "failed" : "done";
      this.pages.set(page.number, { state, again: false, content: page.error ? null : page, message: page.error ?? "" });
    });
    this.enter(!this.count("failed") ? "done" : this.count("done") ? "partial" : "failed");
  }

  /** Look at another page. @param {number} number */
  show(number) {
    const before = this.shown;
    this.shown = number;
    this.tell(before);
    this.tell(number);
  }

  /** @param {number} number */
  tell(number) {
    for (const listener of this.listeners.values()) listener(number);
  }

  /** @param {number} total */
  #plan(total) {
    for (let number = 1; number <= total; number += 1) {
      this.pages.set(number, { state: "waiting", again: false, content: null, message: "" });
    }
    this.tell(0);
  }

  /** @param {number} number @param {Partial<PageState>} change */
  #put(number, change) {
    const page = this.pages.get(number);
    if (page) Object.assign(page, change);
    this.tell(number);
  }
}
