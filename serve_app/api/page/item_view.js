/** The chosen file: its answer, or what stands in its way. */

import { figure } from "./chart_view.js";
import { el } from "./dom.js";
import { showSnippets } from "./snippets.js";

/**
 * @typedef {import("./item.js").Item} Item @typedef {import("./item.js").Result} Result @typedef {import("./modes.js").Mode} Mode
 * @typedef {{cancel: () => void, retry: () => void, scale: () => void}} Actions
 */

/** @param {Item} item @param {Mode} mode @param {string} path @param {Actions} actions @returns {HTMLElement[]} */
export function showItem(item, mode, path, actions) {
  const result = item.results.get(path);
  const head = el("div", { class: "head" }, el("h2", { id: "chosen", tabindex: -1 }, item.name), showFacts(item, result));
  if (item.refusal) return [head, showRefusal(item, actions)];
  if (!result) return [head];
  if (result.state === "failed") return [head, showFailure(result, actions)];
  if (result.state !== "done") return [head, showProgress(item, result, actions)];
  return [head, mode.show(result.answer, item), showSnippets(path, item.name)];
}

/** How it stands with a file, in a few words. @param {Item} item @param {Mode} mode @param {string} path */
export function describe(item, mode, path) {
  if (item.refusal) return "Refused";
  const result = item.results.get(path);
  if (!result) return "Not read";
  if (result.state === "done") return mode.count(result.answer);
  return { waiting: "Waiting", reading: result.note ? "Busy" : "Reading", failed: "Failed" }[result.state];
}

/** @param {Item} item @param {Result | undefined} result */
function showFacts(item, result) {
  const facts = [item.note];
  if (result?.state === "done") {
    const page = result.answer.ocr ?? result.answer;
    facts.push(`${page.width} × ${page.height} pixels`);
    facts.push(`read in ${/** @type {number} */ (result.seconds).toFixed(1)} s by ${models(result.answer)}`);
  }
  return el("p", { class: "quiet" }, facts.filter(Boolean).join(" · "));
}

/** @param {any} answer */
function models(answer) {
  return answer.chart ? `${answer.ocr.model} and ${answer.chart.model}` : answer.model;
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

/** @param {Result} result @param {Actions} actions */
function showFailure({ problem, status }, actions) {
  return el(
    "div",
    { class: "problem" },
    el("p", {}, problem?.message),
    (problem?.retryable || status === 401) && el("button", { type: "button", class: "primary", onclick: actions.retry }, "Try again"),
    problem?.request_id && el("p", { class: "quiet" }, `Request ${problem.request_id}: the service's log has it under this name.`),
  );
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
