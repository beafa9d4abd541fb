/** The pages of a document as a row of small buttons, each with its state. The arrow keys walk along it; Tab passes by. */

import { el, plural } from "./dom.js";

/** @typedef {import("./document_reading.js").DocumentReading} DocumentReading @typedef {import("./document_reading.js").PageState} PageState */

const SIGNS = { waiting: "", done: "", warned: "!", failed: "×" };
const STEPS = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });

/**
 * @param {DocumentReading} reading
 * @returns {{element: HTMLElement, update: (number: number) => void}} `update` is told of a page that has changed, or of 0
 */
export function showStrip(reading) {
  const list = el("ol");
  const element = el("nav", { class: "strip", "aria-label": "Pages" }, list);
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  const tell = (/** @type {number} */ number) => {
    const page = reading.pages.get(number);
    const button = buttons[number - 1];
    if (!page || !button) return;
    const { sign, words } = describe(page, reading.isOver);
    button.dataset.state = sign;
    button.setAttribute("aria-label", `Page ${number}, ${words}`);
    button.title = words;
    button.replaceChildren(String(number), SIGNS[sign] && el("sup", {}, SIGNS[sign]));
    button.tabIndex = number === reading.shown ? 0 : -1;
    if (number === reading.shown) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  };
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : at + (STEPS[event.key] ?? 0);
    if (at < 0 || to === at || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  });
  return {
    element,
    update(number) {
      if (buttons.length !== reading.pages.size) {
        buttons = [...reading.pages.keys()].map((each) => el("button", { type: "button", onclick: () => reading.show(each) }));
        list.replaceChildren(...buttons.map((button) => el("li", {}, button)));
      }
      if (number) tell(number);
      else for (const each of reading.pages.keys()) tell(each);
      element.hidden = buttons.length < 2;
    },
  };
}

/** @param {PageState} page @param {boolean} over @returns {{sign: keyof typeof SIGNS, words: string}} */
function describe({ state, again, content, message }, over) {
  if (state === "failed") return { sign: "failed", words: `not read: ${message}` };
  if (state === "waiting") return { sign: "waiting", words: over ? "not read" : again ? "is tried again" : "waits" };
  const warnings = content.warnings?.length ?? 0;
  return { sign: warnings ? "warned" : "done", words: warnings ? `read, with ${plural(warnings, "warning")}` : "read" };
}
