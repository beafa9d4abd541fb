/** The blocks of a page in reading order: text, tables, charts drawn again beside the original, figures. */

import { collectMarks, showChart, tellCell } from "./chart_view.js";
import { el } from "./dom.js";
import { showGrid } from "./grid_view.js";
import { showImage } from "./image_view.js";
import { Table } from "./table.js";
import { showConfidence } from "./table_view.js";

/** @typedef {import("./item.js").Item} Item @typedef {{box: any, kind: string, text: string, confidence: number, level?: number,
 *   items?: string[], table?: any, chart?: any, image?: string}} Block */

const HIGHEST = 4; // level of a heading in a page, below that of the page itself
const SMALL = 330; // width of a drawing that has half of a column
const SURE = 0.995; // what is shown as 100 %
const PLAIN = ["heading", "paragraph", "list"]; // kinds that are seen without being named
const PRINTED = "The text printed in it";

/**
 * @param {Block[]} blocks @param {Item} item @param {string} stem of files that are made of a table
 * @returns {[HTMLElement, (cell: string | null) => void]} the blocks, and what is told of the cell that is pointed at
 */
export function showBlocks(blocks, item, stem) {
  /** @type {{root: HTMLElement, table: Table}[]} */
  const charts = [];
  let level = HIGHEST - 1;
  const list = el("div", { class: "blocks" });
  blocks.forEach((block, index) => {
    // Never more than one level below the heading before, whatever the page's own levels are.
    if (block.kind === "heading") level = Math.min(HIGHEST - 1 + (block.level ?? 1), level + 1, 6);
    const id = `b${index}`;
    const root = el("section", { class: `block ${block.kind}`, "data-cell": id, tabindex: -1 });
    const unsure = block.confidence < SURE && showConfidence(block.confidence);
    if (unsure || !PLAIN.includes(block.kind)) root.append(el("p", { class: "kind" }, block.kind, unsure));
    if (block.chart) {
      const table = takeTable(block.chart, item, `${id}-`);
      charts.push({ root, table });
      root.append(...showReadChart(block, table, root, `${stem}-${index + 1}`));
    } else root.append(...showContent(block, level, `${stem}-${index + 1}`));
    list.append(root);
  });
  if (!blocks.length) list.append(el("p", { class: "empty" }, "Nothing was read on this page."));
  return [list, (cell) => charts.forEach(({ root, table }) => tellCell(root, table, cell))];
}

/** The table of a chart, with the corrections that were made to it. @param {any} chart @param {Item} item @param {string} within */
function takeTable(chart, item, within) {
  const table = (item.tables ??= new Map()).get(chart) ?? new Table(chart, within);
  item.tables.set(chart, table);
  table.label = `Table of the chart in block ${Number.parseInt(within.slice(1), 10) + 1}`;
  return table;
}

/** @param {Block} block @param {Table} table @param {HTMLElement} root @param {string} stem */
function showReadChart({ box, image, text }, table, root, stem) {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const picture = showImage({
    url: image ?? null,
    left: box.left,
    top: box.top,
    width,
    height,
    name: table.title?.text || "the chart",
    marks: collectMarks(table),
    root,
  });
  const note = el("p", { class: "quiet" }, "Corrections go into what is taken along of this table; the document itself stays as it was read.");
  const shown = showChart(table, picture, width / height, stem, () => table.corrected(), SMALL);
  return [...shown, note, ...showPrinted(text)];
}

/** @param {Block} block @param {number} level of a heading @param {string} stem @returns {(HTMLElement | string)[]} */
function showContent({ kind, text, items, table, image }, level, stem) {
  if (table) return showGrid(table, stem);
  if (kind === "heading") return [el(`h${level}`, {}, text)];
  if (kind === "list" && items) return [el("ul", {}, ...items.map((each) => el("li", {}, each)))];
  if (kind === "formula") return [el("code", {}, text)];
  if (kind === "figure") {
    const picture = image && el("img", { src: image, alt: "A figure of the page" });
    return [picture || el("p", { class: "quiet" }, "A figure."), ...showPrinted(text)];
  }
  return [el("p", {}, text)];
}

/** @param {string} text that stands in a figure or chart @returns {HTMLElement[]} */
function showPrinted(text) {
  return text ? [el("details", { class: "quiet" }, el("summary", {}, PRINTED), el("p", {}, text))] : [];
}
