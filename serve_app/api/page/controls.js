/** What a file is read as: the modes that the service has routes for, and the options of the chosen one. */

import { byId, el } from "./dom.js";

/** @typedef {import("./modes.js").Mode} Mode */

export class Controls {
  /** @param {Mode[]} modes @param {() => void} onChange called when a person has changed something */
  constructor(modes, onChange) {
    this.mode = modes[0];
    /** Parameters of the request, by their names. @type {Map<string, string>} */
    this.options = new Map();
    this.onChange = onChange;
    this.radios = modes.map((mode) => {
      const radio = el("input", { type: "radio", name: "mode", value: mode.id });
      radio.addEventListener("change", () => {
        this.show(mode, new Map());
        onChange();
      });
      return { mode, radio };
    });
    byId("modes").append(...this.radios.map(({ mode, radio }) => el("label", {}, radio, el("span", {}, mode.label))));
    if (this.mode) this.show(this.mode, this.options);
  }

  /** @param {Mode} mode @param {Map<string, string>} options */
  show(mode, options) {
    this.mode = mode;
    this.options = options;
    for (const each of this.radios) each.radio.checked = each.mode === mode;
    byId("hint").textContent = mode.hint;
    const boxes = mode.options.map(({ name, value, label, hint }) => {
      const box = el("input", { type: "checkbox", checked: options.has(name) });
      box.addEventListener("change", () => {
        this.options = new Map(this.options);
        if (box.checked) this.options.set(name, value);
        else this.options.delete(name);
        this.onChange();
      });
      return el("label", { title: hint }, box, label);
    });
    byId("options").replaceChildren(...boxes);
  }
}
