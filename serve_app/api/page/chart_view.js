/** A chart that was read: the original with its marks, the same drawn from the table, and the table. */

import { el } from "./dom.js";
import { countUndrawn, drawChart, findStyle, STYLES } from "./drawing.js";
import { showTableExports } from "./export.js";
import { showImage } from "./image_view.js";
import { lightTogether } from "./light.js";
import { Table } from "./table.js";
import { showTable } from "./table_view.js";

/** @typedef {import("./image_view.js").Mark} Mark @typedef {import("./item.js").Item} Item */

const WIDTH = 480;
const SAME = 6; // pixels between the corners of two outlines of one print
const HINT = "Point at a cell or a mark to see where it was read; a cell can be corrected.";

/** @param {any} answer of /v1/analyze @param {Item} item @returns {HTMLElement} */
export function showAnalysis(answer, item) {
  const table = (item.tables ??= new Map()).get(answer) ?? new Table(answer.chart);
  item.tables.set(answer, table);
  const root = el("div", { class: "reading" });
  const { width, height, lines } = answer.ocr;
  const marks = [...collectOthers(table, lines), ...collectMarks(table)];
  const image = showImage({ url: item.shownUrl, width, height, name: item.name, marks, root });
  const whole = () => ({ ...answer, chart: table.corrected() });
  root.append(...showChart(table, image, width / height, item.stem, whole));
  lightTogether(root, (id) => tellCell(root, table, id));
  return root;
}

/**
 * A chart beside its drawing, and its table.
 * @param {Table} table @param {HTMLElement} image the original @param {number} ratio width by height of it
 * @param {string} stem of files that are made of it @param {() => unknown} whole the answer, corrected
 * @param {number} [width] of the drawing, in pixels in which print is 12.5 high
 * @returns {HTMLElement[]}
 */
export function showChart(table, image, ratio, stem, whole, width = WIDTH) {
  table.listeners = [];
  return [
    ...showWarnings(table.answer),
    el("div", { class: "pair" }, figure("Original", image), showDrawing(table, table.answer.kind, ratio, width)),
    el("p", { class: "told" }, HINT),
    ...showCells(table, stem, whole),
  ];
}

/** Say below the images what is known of a cell. @param {HTMLElement} root @param {Table} table @param {string | null} id */
export function tellCell(root, table, id) {
  const told = /** @type {HTMLElement} */ (root.querySelector(".told"));
  const cell = id === null ? undefined : table.find(id);
  told.textContent = cell ? `${table.name(cell)}: ${cell.text || "empty"} – ${table.explain(cell)}` : HINT;
}

/** What the service warns of, and what it says of a table that was cut. @param {any} chart @returns {HTMLElement[]} */
function showWarnings(chart) {
  const warnings = [...(chart.warnings ?? [])].map((/** @type {any} */ warning) => warning.message ?? String(warning));
  if (chart.truncated) warnings.push("The model's answer reached its length limit: rows may be missing");
  if (!chart.rows.length && !warnings.length) warnings.push("No table was found in this image");
  if (!warnings.length) return [];
  return [el("div", { class: "warnings", role: "note" }, ...warnings.map((text) => el("p", {}, text)))];
}

/** Where the cells were read. @param {Table} table @returns {Mark[]} */
export function collectMarks(table) {
  /** @type {Mark[]} */
  const marks = [];
  for (const cell of table.cells) {
    const label = `${table.name(cell)}: ${cell.text}`;
    if (cell.place && !(cell.evidence && isSame(cell.place, cell.evidence.polygon))) {
      marks.push({ cell: cell.id, points: cell.place, label, kind: "place" });
    }
    if (cell.evidence) marks.push({ cell: cell.id, points: cell.evidence.polygon, label, kind: "evidence" });
  }
  return marks;
}

/** The lines of text that confirm no cell. @param {Table} table @param {any[]} lines @returns {Mark[]} */
function collectOthers(table, lines) {
  const used = new Set(table.cells.map(({ evidence }) => evidence?.line));
  const others = lines.filter((_, index) => !used.has(index));
  return others.map(({ polygon, text }) => ({ cell: null, points: polygon, label: text, kind: "line" }));
}

/** Whether two outlines are of the same print: drawn twice, they would only blur it. @param {[number, number][]} one @param {[number, number][]} other */
function isSame(one, other) {
  return one.length === other.length && one.every((point, index) => point.every((at, axis) => Math.abs(at - other[index][axis]) < SAME));
}

/** @param {Table} table @param {string} kind @param {number} ratio of the original @param {number} width of the drawing, in its own pixels */
function showDrawing(table, kind, ratio, width) {
  const choice = el("select", { "aria-label": "Draw as" }, ...STYLES.map(({ id, label }) => el("option", { value: id }, label)));
  choice.value = findStyle(kind).id;
  const place = el("div", { class: "stage" });
  place.style.setProperty("--ratio", String(ratio));
  const missing = el("p", { class: "quiet" });
  const draw = () => {
    place.replaceChildren(drawChart(table, STYLES.find(({ id }) => id === choice.value) ?? STYLES[0], ratio, width));
    const count = countUndrawn(table);
    missing.textContent = count ? `Not drawn: ${count} ${count === 1 ? "cell" : "cells"} without a number.` : "";
  };
  draw();
  choice.addEventListener("change", draw);
  table.listeners.push(draw);
  return figure("Drawn from the table", place, choice, missing);
}

/** @param {Table} table @param {string} stem @param {() => unknown} whole */
function showCells(table, stem, whole) {
  const view = showTable(table);
  const undo = el("button", { type: "button", class: "quiet-button" }, "Undo all corrections");
  const tell = () => (undo.hidden = !table.isCorrected);
  undo.addEventListener("click", () => {
    table.undo();
    view.firstElementChild?.dispatchEvent(new Event("undo"));
  });
  table.listeners.push(tell);
  tell();
  return [
    el("div", { class: "toolbar" }, el("h3", {}, "Table"), undo, showTableExports(table, stem, whole)),
    view,
    el(
      "p",
      { class: "quiet legend" },
      "The number says how sure the model is: ",
      el("span", { class: "sure middle" }, "◐ under 90 %"),
      ", ",
      el("span", { class: "sure low" }, "○ under 60 %"),
      ". ",
      el("span", { class: "confirmed" }, "✓"),
      " the text of the image says the same.",
    ),
  ];
}

/** @param {string} title @param {Node} content @param {(Node | null)[]} more beside the title, and below */
export function figure(title, content, ...[control, note]) {
  return el("figure", {}, el("figcaption", {}, el("span", {}, title), control ?? null), content, note ?? null);
}
