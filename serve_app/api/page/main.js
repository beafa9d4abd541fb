/** The page: joins the files, the modes and the views. */

import { watchCapacity } from "./capacity.js";
import { check } from "./check.js";
import { announce, byId, el } from "./dom.js";
import { takeFiles } from "./intake.js";
import { Item } from "./item.js";
import { describe, showItem } from "./item_view.js";
import { findPath, MODES } from "./modes.js";
import { Queue } from "./queue.js";
import { scaleDown } from "./scale.js";
import { getJson, keepKey, postFile, ServiceError } from "./service.js";

/** @typedef {import("./modes.js").Mode} Mode @typedef {import("./service.js").Limits} Limits */

/** @type {{limits: Limits | null, mode: Mode, options: Set<string>, items: Item[], chosen: Item | null}} */
const page = { limits: null, mode: MODES[0], options: new Set(), items: [], chosen: null };
const queue = new Queue(update);
/** @type {Map<Item, {row: HTMLElement, button: HTMLElement, state: HTMLElement}>} */
const rows = new Map();

/** The status that says what a file is; after any other it is sent, whole, and may be sent again. */
const UNSUPPORTED = 415;

const path = () => findPath(page.mode, page.options);

/** @param {{file: Blob, name: string}[]} files */
async function add(files) {
  if (!page.limits) return announce("The service has not told its limits yet");
  for (const { file, name } of files) {
    const item = new Item(file, name);
    page.items.push(item);
    addRow(item);
    choose(item);
    await examine(item, page.limits);
    update(item);
    queue.add(item, page.mode, path());
  }
  document.body.classList.toggle("working", page.items.length > 0);
}

/** @param {Item} item @param {Limits} limits */
async function examine(item, limits) {
  const checked = await check(item.file, limits);
  item.keep(checked);
  if (item.refusal || checked.header) return;
  // No image of a format that is read here. Which it is, and what to do, the service says from its first bytes.
  try {
    await postFile(path(), item.file.slice(0, 1024), item.name);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === UNSUPPORTED) item.refusal = error.problem;
  }
}

/** @param {Item} item */
async function scale(item) {
  announce("Scaling down");
  try {
    const { blob, width, height } = await scaleDown(item.file, /** @type {Limits} */ (page.limits));
    item.file = blob;
    item.name = `${item.stem}.jpg`;
    item.note = `Scaled down here to ${width} × ${height} pixels`;
    item.keep(await check(blob, /** @type {Limits} */ (page.limits)));
  } catch {
    announce("This browser cannot scale the image down: it is too large for it");
    return;
  }
  update(item);
  queue.add(item, page.mode, path());
}

/** @param {Item} item */
function addRow(item) {
  const state = el("span", { class: "state" });
  const button = el("button", { type: "button", class: "file", onclick: () => choose(item) }, el("span", { class: "name" }, item.name), state);
  const drop = el("button", { type: "button", class: "drop", "aria-label": `Remove ${item.name}`, onclick: () => remove(item) }, "×");
  const row = el("li", {}, button, drop);
  rows.set(item, { row, button, state });
  byId("list").append(row);
}

/** @param {Item} item */
function remove(item) {
  item.drop();
  rows.get(item)?.row.remove();
  rows.delete(item);
  page.items = page.items.filter((each) => each !== item);
  if (page.chosen === item) choose(page.items[page.items.length - 1] ?? null);
  document.body.classList.toggle("working", page.items.length > 0);
  (rows.get(page.items[page.items.length - 1])?.button ?? byId("files")).focus();
}

/** @param {Item | null} item */
function choose(item) {
  page.chosen = item;
  for (const [each, { button }] of rows) {
    if (each === item) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  showChosen();
}

function showChosen() {
  const item = page.chosen;
  const actions = (/** @type {Item} */ chosen) => ({
    cancel: () => queue.cancel(chosen, path()),
    retry: () => queue.add(chosen, page.mode, path()),
    scale: () => scale(chosen),
  });
  byId("result").replaceChildren(...(item ? showItem(item, page.mode, path(), actions(item)) : []));
}

/** A file's state has changed. @param {Item} item */
function update(item) {
  const row = rows.get(item);
  if (!row) return;
  const said = describe(item, page.mode, path());
  const result = item.results.get(path());
  const problem = item.refusal ?? result?.problem;
  row.state.textContent = said;
  row.row.dataset.state = item.refusal ? "refused" : (result?.state ?? "");
  if (problem) announce(`${item.name}: ${problem.message}`);
  else if (result) announce(`${item.name}: ${result.note ?? said}`);
  if (result?.status === 401) askKey();
  if (item === page.chosen) showChosen();
}

/** Read what is there in the mode, and with the options, that are chosen now. */
function changeMode() {
  showOptions();
  for (const item of page.items) update(item);
  if (page.chosen) queue.add(page.chosen, page.mode, path());
}

/** @param {Mode[]} modes those that the service has routes for */
function showModes(modes) {
  const choices = modes.map((mode) => {
    const radio = el("input", { type: "radio", name: "mode", value: mode.id, checked: mode === page.mode });
    radio.addEventListener("change", () => {
      page.mode = mode;
      changeMode();
    });
    return el("label", {}, radio, el("span", {}, mode.label));
  });
  byId("modes").append(...choices);
  showOptions();
}

function showOptions() {
  byId("hint").textContent = page.mode.hint;
  const boxes = page.mode.options.map(({ name, label, hint }) => {
    const box = el("input", { type: "checkbox", checked: page.options.has(name) });
    box.addEventListener("change", () => {
      page.options[box.checked ? "add" : "delete"](name);
      for (const item of page.items) update(item);
      if (page.chosen) queue.add(page.chosen, page.mode, path());
    });
    return el("label", { title: hint }, box, label);
  });
  byId("options").replaceChildren(...boxes);
}

function askKey() {
  byId("key").hidden = false;
  byId("key-field").focus();
}

async function start() {
  try {
    page.limits = /** @type {Limits} */ (await getJson("v1/limits"));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 401) askKey();
    return announce(error.message);
  }
  const { limits } = page;
  const modes = MODES.filter(({ route }) => limits.routes.includes(route));
  page.mode = modes[0] ?? page.mode;
  showModes(modes);
  byId("files").accept = limits.media_types.join();
  const formats = limits.media_types.map((type) => type.replace("image/", "").toUpperCase()).join(", ");
  const mebibytes = (limits.max_bytes / 1024 / 1024).toLocaleString("en", { maximumFractionDigits: 1 });
  byId("allowed").textContent = `${formats}, up to ${mebibytes} MiB and ${Math.floor(limits.max_pixels / 1e6)} megapixels`;
  document.body.dataset.ready = "true";
}

byId("key").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  keepKey(byId("key-field").value.trim());
  byId("key").hidden = true;
  if (!page.limits) start();
  else if (page.chosen) queue.add(page.chosen, page.mode, path());
});
byId("sample").addEventListener("click", async () => {
  const sample = await fetch(new URL("sample.png", import.meta.url));
  add([{ file: await sample.blob(), name: "sample.png" }]);
});
takeFiles(add);
start();
watchCapacity(byId("state"), byId("capacity"));
