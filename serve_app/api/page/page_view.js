/** A page of a document that was read: where its blocks lie, and the blocks in reading order. */

import { figure } from "./chart_view.js";
import { showBlocks } from "./block_view.js";
import { el } from "./dom.js";
import { lightTogether } from "./light.js";
import { showMap } from "./page_map.js";

/**
 * @typedef {import("./document_reading.js").DocumentReading} DocumentReading
 * @typedef {import("./document_reading.js").PageState} PageState @typedef {import("./item.js").Item} Item
 */

const SOURCES = /** @type {Record<string, string>} */ ({
  pdf: "The text is the PDF's own",
  ocr: "Read by OCR",
  blank: "Nothing is printed on it",
});
const REASONS = /** @type {Record<string, string>} */ ({
  little_text: "the PDF has hardly any text here",
  invisible_text: "the PDF's own text is invisible, as an OCR program leaves it",
  unmapped_text: "the PDF's own text has no meaning",
});

/** @param {PageState} page @param {number} number @param {DocumentReading} reading @param {Item} item @returns {HTMLElement[]} */
export function showPage(page, number, reading, item) {
  if (page.state === "failed") return [el("div", { class: "problem" }, el("p", {}, "This page could not be read."), el("p", {}, page.message))];
  if (page.state === "waiting") {
    const again = "Reading this page failed; it is tried again.";
    const words = reading.isOver ? "This page was not read." : page.again ? again : "This page has not been read yet.";
    return [el("p", { class: "empty" }, words)];
  }
  const { content } = page;
  const root = el("div", { class: "reading" });
  const warnings = (content.warnings ?? []).map((/** @type {any} */ { message }) => el("p", {}, message));
  const [blocks, tell] = showBlocks(content.blocks, item, `${item.stem}-${number}`);
  root.append(
    el("p", { class: "quiet" }, tellFacts(content)),
    warnings.length ? el("div", { class: "warnings", role: "note" }, ...warnings) : "",
    el("div", { class: "sides" }, figure("Where it stands on the page", showMap(content, item, reading, root)), blocks),
  );
  lightTogether(root, tell);
  return [root];
}

/** @param {any} content */
function tellFacts({ source, reason, turned, rotation, points }) {
  const [width, height] = points.map((/** @type {number} */ side) => Math.round((side / 72) * 25.4));
  const facts = [SOURCES[source] ?? source];
  if (REASONS[reason]) facts[0] += `: ${REASONS[reason]}`;
  if (points[0]) facts.push(`${width} × ${height} mm`);
  if (rotation) facts.push(`the file turns it by ${rotation}°`);
  if (turned) facts.push(`turned by ${turned}°, since its text stood so`);
  return facts.join(" · ");
}
