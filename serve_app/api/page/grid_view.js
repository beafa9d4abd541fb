/** A table of a document, with its spans, and what can be taken along of it. */

import { el } from "./dom.js";
import { showTableExports } from "./export.js";

/** @typedef {{rows: number, columns: number, cells: {row: number, column: number, row_span: number, column_span: number,
 *   text: string, number: any}[]}} Grid */

/** @param {Grid} grid @param {string} stem of files that are made of it @returns {HTMLElement[]} */
export function showGrid(grid, stem) {
  const table = el("table", { class: "read grid" }, el("tbody", {}, ...showRows(grid)));
  const label = `Table with ${grid.rows} rows and ${grid.columns} columns`;
  return [
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, table),
    el("div", { class: "toolbar" }, showTableExports({ plain: () => flatten(grid) }, stem, () => grid)),
  ];
}

/** @param {Grid} grid @returns {HTMLElement[]} */
export function showRows(grid) {
  const rows = Array.from({ length: grid.rows }, () => el("tr"));
  for (const { row, column, row_span, column_span, text, number } of grid.cells) {
    const spans = { rowspan: row_span > 1 && row_span, colspan: column_span > 1 && column_span };
    const kind = row === 0 && text ? { class: "head" } : { class: number && column ? "number" : null };
    rows[row].append(el("td", { ...spans, ...kind }, text));
  }
  return rows;
}

/** A text for each place: that of a cell over several places stands in its first. @param {Grid} grid */
function flatten({ rows, columns, cells }) {
  const texts = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ({ text: "" })));
  for (const { row, column, text } of cells) texts[row][column] = { text };
  return { title: null, columns: texts[0], rows: texts.slice(1) };
}
