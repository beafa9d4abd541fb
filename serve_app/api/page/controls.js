/** What a file is read as: the modes that the service has routes for, the language, and the options of the chosen mode. */

import { byId, el } from "./dom.js";

/** @typedef {import("./modes.js").Mode} Mode */

const LANGUAGE = "language"; // the parameter of all routes
const NAMES = new Intl.DisplayNames(["en"], { type: "language" });

export class Controls {
  /**
   * @param {Mode[]} modes
   * @param {string[]} languages that the service has models for, by their tags
   * @param {() => void} onChange called when a person has changed something
   */
  constructor(modes, languages, onChange) {
    this.mode = modes[0];
    /** Parameters of the request, by their names. @type {Map<string, string>} */
    this.options = new Map();
    this.languages = languages;
    this.onChange = onChange;
    this.radios = modes.map((mode) => {
      const radio = el("input", { type: "radio", name: "mode", value: mode.id });
      radio.addEventListener("change", () => {
        this.show(mode, new Map([...this.options].filter(([name]) => name === LANGUAGE)));
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
    byId("options").replaceChildren(...boxes, ...(this.languages.length ? [this.showLanguages()] : []));
  }

  showLanguages() {
    const select = el("select", {});
    const choices = ["", ...this.languages].map((tag) => el("option", { value: tag }, tag ? NAMES.of(tag) ?? tag : "any"));
    select.append(...choices);
    select.value = this.options.get(LANGUAGE) ?? "";
    select.addEventListener("change", () => {
      this.options = new Map(this.options);
      if (select.value) this.options.set(LANGUAGE, select.value);
      else this.options.delete(LANGUAGE);
      this.onChange();
    });
    return el("label", { title: "Of the model that reads the text" }, "Language", select);
  }
}
