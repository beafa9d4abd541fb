/** A file that was dropped, pasted or picked, and what became of it. */

import { isDrawn } from "./check.js";
import { forget } from "./document.js";
import { findPath } from "./modes.js";

/** @typedef {import("./service.js").Problem} Problem @typedef {import("./modes.js").Mode} Mode */

/**
 * What became of one request: `answer` and `seconds` when it is done, and of a document as soon as it is sent; `problem` when
 * it was refused or failed, `note` while it waits for a service that is busy.
 * @typedef {{state: "waiting" | "reading" | "done" | "failed", answer?: any, seconds?: number, problem?: Problem,
 *   status?: number, note?: string, abort?: AbortController}} Result
 */

export class Item {
  /**
   * @param {Blob | null} file null for a document whose job was begun before the page was loaded anew
   * @param {string} name
   * @param {Mode} mode what it is read as
   * @param {Map<string, string>} options parameters of the request
   */
  constructor(file, name, mode, options) {
    this.file = file;
    this.name = name;
    this.mode = mode;
    this.options = options;
    /** Why it is not sent. @type {Problem | null} */
    this.refusal = null;
    /** Whether scaling it down would let it in. */
    this.scalable = false;
    /** What was announced of it last. */
    this.told = "";
    /** What was done to it before it was sent. */
    this.note = "";
    /** By the path of the request. @type {Map<string, Result>} */
    this.results = new Map();
    /** The ids of its jobs, by the path of the request. @type {Map<string, string>} */
    this.jobs = new Map();
    /** For the browser to show; null where it cannot. @type {string | null} */
    this.shownUrl = null;
    /** Corrections, by the answer that they belong to. @type {Map<any, any> | undefined} */
    this.tables = undefined;
    /** @type {Map<any, string[]> | undefined} */
    this.texts = undefined;
  }

  /** The path of the request for it. */
  get path() {
    return findPath(this.mode, this.options);
  }

  /** What became of that request. */
  get result() {
    return this.results.get(this.path);
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
    this.shownUrl = this.file && isDrawn(header) && !problem ? URL.createObjectURL(this.file) : null;
  }

  /** Forget it: what is under way is given up, and the service deletes its jobs. */
  drop() {
    for (const { abort } of this.results.values()) abort?.abort();
    for (const job of this.jobs.values()) forget(job);
    if (this.shownUrl) URL.revokeObjectURL(this.shownUrl);
  }
}
