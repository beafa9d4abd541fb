/** The list of files, each with how it stands; one of them is chosen. */

import { byId, el } from "./dom.js";

/** @typedef {import("./item.js").Item} Item */

export class FileList {
  /** @param {(item: Item) => void} onChoose @param {(item: Item) => void} onRemove */
  constructor(onChoose, onRemove) {
    this.onChoose = onChoose;
    this.onRemove = onRemove;
    /** @type {Map<Item, {row: HTMLElement, button: HTMLElement, state: HTMLElement}>} */
    this.rows = new Map();
  }

  /** @param {Item} item */
  add(item) {
    const state = el("span", { class: "state" });
    const name = el("span", { class: "name", title: item.name }, item.name);
    const button = el("button", { type: "button", class: "file", onclick: () => this.onChoose(item) }, name, state);
    const drop = el("button", { type: "button", class: "drop", "aria-label": `Remove ${item.name}`, onclick: () => this.onRemove(item) }, "×");
    const row = el("li", {}, button, drop);
    this.rows.set(item, { row, button, state });
    byId("list").append(row);
    document.body.classList.add("working");
  }

  /** @param {Item} item @returns {Item | null} the one that is chosen instead */
  remove(item) {
    this.rows.get(item)?.row.remove();
    this.rows.delete(item);
    document.body.classList.toggle("working", this.rows.size > 0);
    const [other, row] = [...this.rows].pop() ?? [null, null];
    (row?.button ?? byId("files")).focus();
    return other;
  }

  /** @param {Item | null} item */
  mark(item) {
    for (const [each, { button }] of this.rows) {
      if (each === item) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {Item} item @param {string} said how it stands @param {string} state @returns {boolean} whether it is in the list */
  tell(item, said, state) {
    const row = this.rows.get(item);
    if (!row) return false;
    row.state.textContent = said;
    row.row.dataset.state = state;
    return true;
  }
}
