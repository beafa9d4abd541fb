/** The chosen file: its answer, or what stands in its way. */

import { figure } from "./chart_view.js";
import { el } from "./dom.js";
import { showSnippets } from "./snippets.js";

/**
 * @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Result} Result
 * @typedef {{cancel: () => void, retry: () => void, scale: () => void, unlock: (password: string) => void,
 *   readAll: () => void}} Actions
 */

const LOCKED = ["password_required", "wrong_password"];

/** @param {Item} item @param {Actions} actions @returns {HTMLElement[]} */
export function showItem(item, actions) {
  const { mode, result } = item;
  const head = el("div", { class: "head" }, el("h2", { id: "chosen", tabindex: -1 }, item.name), showFacts(item, result));
  if (item.refusal) return [head, showRefusal(item, actions)];
  if (!result) return [head];
  if (result.state === "failed") return [head, showFailure(item, result, actions)];
  if (!result.answer) return [head, showProgress(item, result, actions)];
  return [head, ...showUnread(result.answer, actions), mode.show(result.answer, item, actions), showSnippets(item.path, item.name)];
}

/** How it stands with a file, in a few words. @param {Item} item */
export function describe({ mode, refusal, result }) {
  if (refusal) return "Refused";
  if (!result) return "Not read";
  if (result.state === "failed") return "Failed";
  if (result.answer) return mode.count(result.answer);
  return result.state === "waiting" ? "Waiting" : result.note ? "Busy" : "Reading";
}

/** @param {Item} item @param {Result | undefined} result */
function showFacts(item, result) {
  const facts = [item.note];
  if (result?.state === "done") facts.push(item.mode.facts(result.answer));
  if (result?.state === "done" && !item.mode.live) facts.push(`${/** @type {number} */ (result.seconds).toFixed(1)} s`);
  return el("p", { class: "quiet" }, facts.filter(Boolean).join(" · "));
}

/** Pages that the route does not read. @param {any} answer @param {Actions} actions @returns {HTMLElement[]} */
function showUnread(answer, actions) {
  const { pagesTotal, pagesRead } = answer.ocr ?? answer;
  if (!(pagesTotal > pagesRead)) return [];
  const all = el("button", { type: "button", onclick: actions.readAll }, "Read all of them as a document");
  return [el("div", { class: "warnings", role: "note" }, el("p", {}, `The file has ${pagesTotal} pages; the first one was read.`), all)];
}

/** @param {Item} item @param {Actions} actions */
function showRefusal(item, actions) {
  return el(
    "div",
    { class: "problem" },
    el("p", {}, item.refusal?.message),
    item.scalable && el("button", { type: "button", class: "primary", onclick: actions.scale }, "Scale it down here and read it"),
    el("p", { class: "quiet" }, "Nothing was sent."),
  );
}

/** @param {Item} item @param {Result} result @param {Actions} actions */
function showFailure({ file, jobs }, { problem, status }, actions) {
  if (file && problem && LOCKED.includes(problem.code)) return showLock(problem.message, actions);
  const again = (file || jobs.size > 0) && (problem?.retryable || status === 401);
  return el(
    "div",
    { class: "problem" },
    el("p", {}, problem?.message),
    again && el("button", { type: "button", class: "primary", onclick: actions.retry }, "Try again"),
    problem?.request_id && el("p", { class: "quiet" }, `Request ${problem.request_id}: the service's log has it under this name.`),
  );
}

/** @param {string} message @param {Actions} actions */
function showLock(message, actions) {
  const field = el("input", { id: "password", type: "password", autocomplete: "off", required: true });
  const form = el(
    "form",
    { class: "problem" },
    el("p", {}, message),
    el("label", { for: "password" }, "Password of the document"),
    field,
    el("button", { type: "submit", class: "primary" }, "Read it"),
  );
  form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    actions.unlock(field.value);
  });
  return form;
}

/** @param {Item} item @param {Result} result @param {Actions} actions */
function showProgress(item, result, actions) {
  const text = result.note || (result.state === "reading" ? "Reading …" : "Waiting for the files before it …");
  const progress = el(
    "div",
    { class: "progress" },
    el("progress", { "aria-label": "Reading" }),
    el("p", {}, text),
    el("button", { type: "button", onclick: actions.cancel }, "Cancel"),
  );
  const image = item.shownUrl && el("img", { src: item.shownUrl, alt: `The image ${item.name}` });
  return el("div", { class: "pair" }, image && figure("Original", el("div", { class: "stage" }, image)), progress);
}
