/** A document: how far it is, its pages, the one that is looked at, and what can be taken along. */

import { announce, el, plural } from "./dom.js";
import { copy, save, showActions } from "./export.js";
import { showPage } from "./page_view.js";
import { showStrip } from "./page_strip.js";

/** @typedef {import("./document_reading.js").DocumentReading} DocumentReading @typedef {import("./item.js").Item} Item */

const FORMATS = [
  { id: "markdown", label: "Markdown", suffix: "md" },
  { id: "html", label: "HTML", suffix: "html" },
  { id: "text", label: "TXT", suffix: "txt" },
  { id: "json", label: "JSON", suffix: "json" },
  { id: "csv", label: "CSV", suffix: "csv" },
  { id: "xlsx", label: "XLSX", suffix: "xlsx" },
  { id: "zip", label: "ZIP", suffix: "zip" },
];
const IMAGES = /!\[[^\]]*\]\(data:[^)]*\)\n*/g;

/** @param {DocumentReading} reading @param {Item} item @param {import("./item_view.js").Actions} actions @returns {HTMLElement} */
export function showDocument(reading, item, actions) {
  const head = showProgress(reading, actions);
  const strip = showStrip(reading);
  const exports = el("div", { class: "toolbar" });
  const page = showShown(reading, item);
  const update = (/** @type {number} */ number) => {
    head.update();
    strip.update(number);
    page.update();
    if (reading.write && reading.count("done") && !exports.firstChild) exports.append(...showExports(reading, item.stem));
  };
  reading.listeners.set("view", update);
  update(0);
  return el("div", { class: "document" }, head.element, strip.element, exports, page.element);
}

/** How it stands, in the list of files. @param {DocumentReading} reading */
export function countPages(reading) {
  const total = reading.pages.size;
  if (reading.state === "sending") return "Sending";
  if (reading.state === "cancelled") return "Cancelled";
  if (reading.broken) return "Connection broke";
  if (!total) return "Waiting";
  const done = reading.count("done");
  return done === total ? plural(total, "page") : `${done} of ${plural(total, "page")}`;
}

/** How far it is, in a sentence. @param {DocumentReading} reading */
function tellProgress(reading) {
  const { state, secondsLeft } = reading;
  const [done, failed, total] = [reading.count("done"), reading.count("failed"), reading.pages.size];
  if (reading.note) return reading.note;
  if (reading.broken) return `The connection to the service broke. It is made again in ${reading.broken} s`;
  if (state === "sending") return "Sending the file …";
  if (state === "queued") return "Waiting for its turn …";
  if (state === "cancelled") return total ? `Cancelled: ${done} of ${plural(total, "page")} read` : "Cancelled before any page was read";
  const lost = failed ? `; ${plural(failed, "page")} could not be read` : "";
  if (reading.isOver && done === total) return `${plural(total, "page")} read${tellTime(reading)}`;
  if (reading.isOver) return done ? `${done} of ${plural(total, "page")} read${lost}` : "No page could be read";
  if (!total) return reading.cancel ? "Opening the document …" : "Reading …";
  const left = secondsLeft === null ? "" : `; about ${writeTime(secondsLeft < 10 ? secondsLeft : Math.round(secondsLeft / 5) * 5)} left`;
  return `${done} of ${plural(total, "page")} read${lost}${left}`;
}

/** @param {DocumentReading} reading */
function tellTime({ startedAt, latestAt }) {
  return startedAt && latestAt > startedAt ? ` in ${writeTime(latestAt - startedAt)}` : "";
}

/** @param {number} seconds */
function writeTime(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** @param {DocumentReading} reading @param {import("./item_view.js").Actions} actions */
function showProgress(reading, actions) {
  const bar = el("progress", { "aria-label": "Pages read" });
  const said = el("p");
  const cancel = el("button", { type: "button" }, "Cancel");
  const element = el("div", { class: "job" }, said, bar, cancel);
  cancel.addEventListener("click", () => (reading.cancel ? reading.cancel() : actions.cancel()));
  const update = () => {
    const total = reading.pages.size;
    said.textContent = tellProgress(reading);
    bar.hidden = reading.isOver;
    if (total) {
      bar.max = total;
      bar.value = reading.count("done") + reading.count("failed");
    }
    if (reading.isOver && cancel.isConnected) {
      const focused = document.activeElement === cancel;
      cancel.remove();
      if (focused) element.focus();
    }
    element.dataset.state = reading.state;
  };
  element.tabIndex = -1;
  return { element, update };
}

/** The page that is looked at, with the way to those beside it. @param {DocumentReading} reading @param {Item} item */
function showShown(reading, item) {
  const title = el("h3", { id: "page-title" });
  const step = (/** @type {number} */ by) => () => reading.pages.has(reading.shown + by) && reading.show(reading.shown + by);
  const back = el("button", { type: "button", class: "small", "aria-label": "Previous page", onclick: step(-1) }, "‹");
  const on = el("button", { type: "button", class: "small", "aria-label": "Next page", onclick: step(1) }, "›");
  const body = el("div");
  const head = el("div", { class: "toolbar" }, title, el("div", { class: "group" }, back, on));
  const element = el("section", { class: "shown", "aria-labelledby": "page-title", hidden: true }, head, body);
  let drawn = "";
  return {
    element,
    update() {
      const { shown, pages } = reading;
      const page = pages.get(shown);
      element.hidden = !page;
      const wanted = `${shown} ${page?.state} ${page?.again} ${reading.isOver}`;
      if (!page || wanted === drawn) return;
      if (page.state === "done" && drawn.startsWith(`${shown} done`)) return; // a cell may be in correction there
      drawn = wanted;
      title.textContent = `Page ${shown} of ${pages.size.toLocaleString("en-US")}`;
      back.setAttribute("aria-disabled", String(!pages.has(shown - 1)));
      on.setAttribute("aria-disabled", String(!pages.has(shown + 1)));
      back.parentElement.hidden = pages.size < 2;
      body.replaceChildren(...showPage(page, shown, reading, item));
    },
  };
}

/** @param {DocumentReading} reading @param {string} stem of the files' names */
function showExports(reading, stem) {
  const offered = FORMATS.filter(({ id }) => reading.formats.includes(id));
  const write = (/** @type {string} */ format) => /** @type {NonNullable<typeof reading.write>} */ (reading.write)(format);
  const text = (/** @type {string} */ format) => () => copy(async () => (await (await write(format)).text()).replace(IMAGES, ""));
  const take = (/** @type {string} */ format, /** @type {string} */ suffix) => async () => {
    if (!reading.cancel) announce("The service reads the document again for this");
    save(await (await write(format)).blob(), `${stem}.${suffix}`);
  };
  return [
    el("h3", {}, "The whole document"),
    showActions(
      [
        ["Markdown", text("markdown")],
        ["Text", text("text")],
      ],
      offered.map(({ id, label, suffix }) => [label, take(id, suffix)]),
    ),
  ];
}
