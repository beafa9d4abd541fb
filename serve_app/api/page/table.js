/** A table that was read, with the corrections that a person made to it. */

import { percent } from "./dom.js";
import { postJson } from "./service.js";

/**
 * @typedef {{id: string, text: string, original: string, confidence: number | null,
 *   number: {value: number, unit: string | null, percent: boolean} | null, place: [number, number][] | null,
 *   evidence: {line: number, text: string, polygon: [number, number][], similarity: number} | null, corrected: string | null,
 *   checked: boolean, suspect: boolean}} Cell
 *   `original` is what the model read; `checked` says whether the text of the image was asked to confirm it
 */

export class Table {
  /** @param {any} answer a table as /v1/chart or /v1/analyze answers it @param {string} [within] tells its cells from those of others */
  constructor(answer, within = "") {
    this.answer = answer;
    this.within = within;
    /** What a screen reader calls the table. */
    this.label = "The table that was read";
    this.title = answer.title ? makeCell(`${within}t`, answer.title) : null;
    /** @type {Cell[]} */
    this.columns = answer.columns.map((/** @type {any} */ cell, /** @type {number} */ x) => makeCell(`${within}c${x}`, cell));
    /** @type {Cell[][]} */
    this.rows = answer.rows.map((/** @type {any[]} */ row, /** @type {number} */ y) =>
      row.map((cell, x) => makeCell(`${within}r${y}c${x}`, cell)),
    );
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @returns {Cell[]} in reading order */
  get cells() {
    return [...(this.title ? [this.title] : []), ...this.columns, ...this.rows.flat()];
  }

  get isCorrected() {
    return this.cells.some((cell) => cell.text !== cell.original);
  }

  /** @param {string} id @returns {Cell | undefined} */
  find(id) {
    return this.cells.find((cell) => cell.id === id);
  }

  /** What a cell stands for: "Apples, Tonnes". @param {Cell} cell */
  name(cell) {
    const found = /r(\d+)c(\d+)$/.exec(cell.id);
    if (cell === this.title) return "Title";
    if (!found) return `Heading of column ${this.columns.indexOf(cell) + 1}`;
    const [row, column] = [Number(found[1]), Number(found[2])];
    if (column === 0) return `Label of row ${row + 1}`;
    const label = this.rows[row][0].text || `row ${row + 1}`;
    return `${label}, ${this.columns[column].text || `column ${column + 1}`}`;
  }

  /** What speaks for a cell. @param {Cell} cell */
  explain(cell) {
    if (cell.text !== cell.original) return `corrected by you; it was read as “${cell.original}”`;
    const sure = cell.confidence === null ? [] : [`${percent(cell.confidence)} sure`];
    if (cell.evidence) sure.push(`confirmed by the text “${cell.evidence.text}”`);
    else if (cell.checked && cell.place?.length === 1) sure.push("measured in the drawing; no printed text says it");
    else if (cell.checked) sure.push("no text in the image confirms it");
    if (cell.suspect) sure.push("suspect: the image prints the other values, and this number nowhere");
    return sure.join("; ");
  }

  /**
   * Change a cell's text; the service reads the numbers anew, by its own rules.
   * @param {Cell} cell
   * @param {string} text
   */
  async correct(cell, text) {
    cell.text = text;
    this.tell();
    const typed = await (await postJson("v1/export", this.plain())).json();
    this.rows.forEach((row, y) => row.forEach((each, x) => (each.number = typed.rows[y][x].number)));
    this.tell();
  }

  /** Take all corrections back. */
  undo() {
    const again = new Table(this.answer, this.within);
    this.title = again.title;
    this.columns = again.columns;
    this.rows = again.rows;
    this.tell();
  }

  /** The texts alone, as /v1/export takes them. */
  plain() {
    const only = (/** @type {Cell} */ cell) => ({ text: cell.text });
    return {
      title: this.title && only(this.title),
      columns: this.columns.map(only),
      rows: this.rows.map((row) => row.map(only)),
    };
  }

  /** The service's answer with the corrections in it; a corrected cell also carries what was read. */
  corrected() {
    const patch = (/** @type {any} */ read, /** @type {Cell} */ cell) =>
      cell.text === cell.original ? read : { ...read, text: cell.text, number: cell.number, read_as: cell.original };
    return {
      ...this.answer,
      title: this.title && patch(this.answer.title, this.title),
      columns: this.columns.map((cell, x) => patch(this.answer.columns[x], cell)),
      rows: this.rows.map((row, y) => row.map((cell, x) => patch(this.answer.rows[y][x], cell))),
    };
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}

/** @param {string} id @param {any} read @returns {Cell} */
function makeCell(id, read) {
  return {
    id,
    text: read.text,
    original: read.text,
    confidence: read.confidence ?? null,
    number: read.number ?? null,
    place: read.place ?? null,
    evidence: read.evidence ?? null,
    corrected: read.corrected ?? null,
    checked: "evidence" in read,
    suspect: read.suspect ?? false,
  };
}
