/** The text of an image: its lines beside it, each with its outline. */

import { el } from "./dom.js";
import { showTextExports } from "./export.js";
import { figure } from "./chart_view.js";
import { showImage } from "./image_view.js";
import { lightTogether } from "./light.js";
import { showConfidence } from "./table_view.js";

/** @typedef {import("./item.js").Item} Item */

/** @param {any} answer of /v1/ocr @param {Item} item @returns {HTMLElement} */
export function showText(answer, item) {
  const root = el("div", { class: "reading" });
  /** @type {string[]} */
  const texts = (item.texts ??= new Map()).get(answer) ?? answer.lines.map((/** @type {any} */ line) => line.text);
  item.texts.set(answer, texts);
  const marks = answer.lines.map((/** @type {any} */ line, /** @type {number} */ index) => ({
    cell: `l${index}`,
    points: line.polygon,
    label: `Line ${index + 1}: ${line.text}`,
    kind: /** @type {const} */ ("evidence"),
  }));
  const { width, height } = answer;
  const whole = () => ({
    ...answer,
    text: texts.join("\n"),
    lines: answer.lines.map((/** @type {any} */ line, /** @type {number} */ index) =>
      line.text === texts[index] ? line : { ...line, text: texts[index], read_as: line.text },
    ),
  });
  const exports = showTextExports(() => texts.join("\n"), item.stem, whole);
  root.append(
    el(
      "div",
      { class: "pair text" },
      figure("Original", showImage({ url: item.shownUrl, width, height, name: item.name, marks, root })),
      el(
        "div",
        { class: "lines" },
        el("div", { class: "toolbar" }, el("h3", {}, `${texts.length} ${texts.length === 1 ? "line" : "lines"}`), exports),
        texts.length ? el("ol", {}, ...texts.map((_, index) => showLine(answer.lines[index], texts, index))) : noText(),
      ),
    ),
  );
  lightTogether(root, () => {});
  return root;
}

/** @param {any} line @param {string[]} texts @param {number} index */
function showLine(line, texts, index) {
  const field = el("textarea", {
    rows: 1,
    "data-cell": `l${index}`,
    "aria-label": `Line ${index + 1}`,
    autocomplete: "off",
    spellcheck: "false",
    class: texts[index] === line.text ? null : "corrected",
  });
  field.value = texts[index];
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // a line holds no line break
    field.closest("li")?.nextElementSibling?.querySelector("textarea")?.focus();
  });
  field.addEventListener("input", () => {
    texts[index] = field.value;
    field.classList.toggle("corrected", field.value !== line.text);
  });
  return el("li", { "data-cell": `l${index}` }, el("div", {}, field, showConfidence(line.score)));
}

function noText() {
  return el("p", { class: "warnings", role: "note" }, "No text was found in this image.");
}
