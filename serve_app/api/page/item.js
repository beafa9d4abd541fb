/** A file that was dropped, pasted or picked, and what became of it. */

import { isDrawn } from "./check.js";

/** @typedef {import("./service.js").Problem} Problem */

/**
 * What became of one request: `answer` and `seconds` when it is done, `problem` when it was refused or failed,
 * `note` while it waits for a service that is busy.
 * @typedef {{state: "waiting" | "reading" | "done" | "failed", answer?: any, seconds?: number, problem?: Problem,
 *   status?: number, note?: string, abort?: AbortController}} Result
 */

export class Item {
  /** @param {Blob} file @param {string} name */
  constructor(file, name) {
    this.file = file;
    this.name = name;
    /** Why it is not sent. @type {Problem | null} */
    this.refusal = null;
    /** Whether scaling it down would let it in. */
    this.scalable = false;
    /** What was done to it before it was sent. */
    this.note = "";
    /** By the path of the request. @type {Map<string, Result>} */
    this.results = new Map();
    /** For the browser to show; null where it cannot. @type {string | null} */
    this.shownUrl = null;
    /** Corrections, by the answer that they belong to. @type {Map<any, any> | undefined} */
    this.tables = undefined;
    /** @type {Map<any, string[]> | undefined} */
    this.texts = undefined;
  }

  /** The name without its ending. */
  get stem() {
    return this.name.replace(/\.[^.]*$/, "") || "image";
  }

  /** @param {import("./check.js").Check} checked */
  keep({ problem, header, scalable }) {
    this.refusal = problem;
    this.scalable = scalable;
    if (this.shownUrl) URL.revokeObjectURL(this.shownUrl);
    // A refused image may be so large that showing it would fill the memory.
    this.shownUrl = isDrawn(header) && !problem ? URL.createObjectURL(this.file) : null;
  }

  /** Forget it: what is under way is given up. */
  drop() {
    for (const { abort } of this.results.values()) abort?.abort();
    if (this.shownUrl) URL.revokeObjectURL(this.shownUrl);
  }
}
