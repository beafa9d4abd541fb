/** Copies and downloads. Tables are written by the service, which knows how to keep a cell from running as a formula. */

import { announce, el } from "./dom.js";
import { postJson, ServiceError } from "./service.js";

/** @typedef {{plain: () => unknown}} Writable has its texts as /v1/export takes them */

/** @param {Writable} table @param {string} stem of the files' names @param {() => unknown} answer the whole answer, corrected */
export function showTableExports(table, stem, answer) {
  const copyAs = (/** @type {string} */ format) => copy(async () => (await write(table, format)).text());
  const saveAs = (/** @type {string} */ format) => async () => save(await (await write(table, format)).blob(), `${stem}.${format}`);
  return showActions(
    [
      ["Markdown", () => copyAs("markdown")],
      ["CSV", () => copyAs("csv")],
      ["TSV", () => copyAs("tsv")],
    ],
    [
      ["CSV", saveAs("csv")],
      ["XLSX", saveAs("xlsx")],
      ["JSON", () => saveJson(answer(), stem)],
    ],
  );
}

/** @param {() => string} text @param {string} stem @param {() => unknown} answer */
export function showTextExports(text, stem, answer) {
  return showActions(
    [["Text", () => copy(async () => text())]],
    [
      ["TXT", async () => save(new Blob([text(), "\n"], { type: "text/plain" }), `${stem}.txt`)],
      ["JSON", () => saveJson(answer(), stem)],
    ],
  );
}

/** @typedef {[string, () => Promise<void>][]} Actions */

/** @param {Actions} copies @param {Actions} saves */
export function showActions(copies, saves) {
  const group = (/** @type {string} */ verb, /** @type {Actions} */ actions) =>
    el(
      "div",
      { class: "group", role: "group", "aria-label": verb },
      el("span", { class: "quiet", "aria-hidden": true }, verb),
      ...actions.map(([label, act]) =>
        el("button", { type: "button", "aria-label": `${verb} ${label}`, onclick: () => attempt(act) }, label),
      ),
    );
  return el("div", { class: "exports" }, group("Copy", copies), group("Download", saves));
}

/** @param {() => Promise<void>} act */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    if (error instanceof ServiceError) announce(error.message);
    else if (error instanceof DOMException) announce("The browser does not allow it here");
    else throw error;
  }
}

/** @param {Writable} table @param {string} format */
function write(table, format) {
  return postJson(`v1/export?format=${format}`, table.plain());
}

/** @param {unknown} answer @param {string} stem */
async function saveJson(answer, stem) {
  save(new Blob([JSON.stringify(answer, null, 2), "\n"], { type: "application/json" }), `${stem}.json`);
}

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  announce(`${name} is downloaded`);
}

/** @param {() => Promise<string>} make */
export async function copy(make) {
  if (navigator.clipboard) {
    // The text as a promise, since some browsers allow nothing once the click is over.
    const text = make().then((made) => new Blob([made], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  } else {
    copyOld(await make()); // a page that came over plain HTTP from another machine has no clipboard
  }
  announce("Copied");
}

/** @param {string} text */
function copyOld(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const area = el("textarea", { class: "unseen", readonly: true, "aria-hidden": true });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus();
}
