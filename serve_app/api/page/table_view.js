/** A table whose cells can be corrected: one field for each cell, beside it how sure the model is. */

import { announce, el, percent } from "./dom.js";
import { ServiceError } from "./service.js";

/** @typedef {import("./table.js").Table} Table @typedef {import("./table.js").Cell} Cell */

const LEVELS = [
  { least: 0.9, name: "high", sign: "" },
  { least: 0.6, name: "middle", sign: "◐ " },
  { least: 0, name: "low", sign: "○ " },
];

/** The number that says how sure the model is; a sign says it too, where it is not. @param {number} confidence */
export function showConfidence(confidence) {
  const level = LEVELS.find(({ least }) => confidence >= least) ?? LEVELS[2];
  return el("span", { class: `sure ${level.name}` }, level.sign + percent(confidence));
}

/** @param {Table} table @returns {HTMLElement} */
export function showTable(table) {
  const body = el("tbody");
  const head = el("tr");
  const caption = el("caption");
  const draw = () => {
    caption.replaceChildren(table.title ? showCell(table, table.title) : "");
    head.replaceChildren(...table.columns.map((cell) => el("th", { scope: "col" }, showCell(table, cell))));
    body.replaceChildren(
      ...table.rows.map((row) =>
        el("tr", {}, ...row.map((cell, x) => el(x ? "td" : "th", x ? {} : { scope: "row" }, showCell(table, cell)))),
      ),
    );
    fit(element);
  };
  const element = el("table", { class: "read" }, caption, el("thead", {}, head), body);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walk(element, event));
  element.addEventListener("undo", draw);
  element.addEventListener("input", () => fit(element));
  draw();
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": table.label }, element);
}

/** Gives the fields of a column the same width. @param {HTMLElement} table */
function fit(table) {
  for (const cell of table.querySelectorAll("thead th")) {
    const column = /** @type {HTMLTableCellElement} */ (cell).cellIndex + 1;
    const fields = [...table.querySelectorAll(`tr > :nth-child(${column}) input`)];
    const longest = Math.max(...fields.map((field) => /** @type {HTMLInputElement} */ (field).value.length));
    for (const field of fields) {
      /** @type {HTMLElement} */ (field).style.width = `calc(${Math.min(Math.max(longest, 3), 40) + 1}ch + 1rem)`;
    }
  }
}

/** @param {Table} table @param {Cell} cell */
function showCell(table, cell) {
  const facts = el("span", { class: "facts", id: `facts-${cell.id}` });
  const field = el("input", {
    value: cell.text,
    "data-cell": cell.id,
    "aria-label": table.name(cell),
    "aria-describedby": facts.id,
    class: /c[1-9]/.test(cell.id) ? "number" : null,
    autocomplete: "off",
    spellcheck: "false",
  });
  const tell = () => facts.replaceChildren(...showFacts(table, cell, correct));
  const correct = async (/** @type {string} */ text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.classList.toggle("corrected", text !== cell.original);
    const done = table.correct(cell, text);
    tell();
    try {
      await done;
      announce(`${table.name(cell)} is now ${text || "empty"}`);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      announce(`The number was not read anew: ${error.message}`);
    }
  };
  field.addEventListener("change", () => field.value !== cell.text && correct(field.value));
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") field.value = cell.text;
  });
  tell();
  return el("div", { class: "cell", "data-cell": cell.id }, field, facts);
}

/** @param {Table} table @param {Cell} cell @param {(text: string) => void} correct */
function showFacts(table, cell, correct) {
  if (cell.text !== cell.original) {
    const back = el("button", { type: "button", class: "small", title: `It was read as “${cell.original}”` }, "Undo");
    back.addEventListener("click", () => correct(cell.original));
    return [el("span", { class: "edited" }, "edited"), back];
  }
  const facts = [];
  if (cell.confidence !== null && cell.text) facts.push(showConfidence(cell.confidence));
  if (cell.evidence) facts.push(el("span", { class: "confirmed" }, "✓"));
  if (cell.suspect) facts.push(el("span", { class: "suspect", title: table.explain(cell) }, "?"));
  for (const fact of facts) fact.setAttribute("aria-hidden", "true"); // the sentence below says the same
  facts.push(el("span", { class: "unseen" }, table.explain(cell)));
  if (cell.corrected) {
    const use = el("button", { type: "button", class: "small" }, `Use “${cell.corrected}”`);
    use.addEventListener("click", () => correct(/** @type {string} */ (cell.corrected)));
    facts.push(use);
  }
  return facts;
}

/** Enter and the vertical arrow keys go to the same column of the next row. @param {HTMLElement} table @param {KeyboardEvent} event */
function walk(table, event) {
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (!step || field.tagName !== "INPUT") return;
  const place = field.closest("th, td");
  const row = /** @type {HTMLTableRowElement | null | undefined} */ (place?.parentElement);
  if (!row) return;
  const rows = [...table.querySelectorAll("tr")];
  const next = rows[rows.indexOf(row) + step]?.children[[...row.children].indexOf(/** @type {Element} */ (place))];
  event.preventDefault();
  const target = next?.querySelector("input");
  if (target) target.focus();
  else field.blur();
}
