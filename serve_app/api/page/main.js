/** The page: joins the files, the modes and the views. */

import { watchCapacity } from "./capacity.js";
import { check } from "./check.js";
import { Controls } from "./controls.js";
import { announce, byId } from "./dom.js";
import { FileList } from "./file_list.js";
import { takeFiles } from "./intake.js";
import { Item } from "./item.js";
import { describe, showItem } from "./item_view.js";
import { keptJobs } from "./kept_jobs.js";
import { DOCUMENT, MODES } from "./modes.js";
import { Queue } from "./queue.js";
import { scaleDown } from "./scale.js";
import { getJson, keepKey, postFile, ServiceError } from "./service.js";

/** @typedef {import("./service.js").Limits} Limits */

/** The status that says what a file is; after any other it is sent, whole, and may be sent again. */
const UNSUPPORTED = 415;
const AT_ONCE = 2;
const DOCUMENTS_AT_ONCE = 3; // each holds a connection, of which a browser has six

/** @type {Limits | null} */
let limits = null;
/** @type {Item | null} */
let chosen = null;
/** What stands below the chosen file's name now. @type {unknown} */
let shown = null;
/** @type {Controls} */
let controls;
const knownLimits = () => /** @type {Limits} */ (limits);
const files = new FileList(choose, remove);
const images = new Queue(AT_ONCE, knownLimits, update);
const documents = new Queue(DOCUMENTS_AT_ONCE, knownLimits, update);
const queueOf = (/** @type {Item} */ item) => (item.mode.live ? documents : images);

/** @param {{file: Blob, name: string}[]} given */
async function add(given) {
  if (!limits) return announce("The service has not told its limits yet");
  const { mode, options } = controls;
  for (const { file, name } of given) {
    const item = new Item(file, name, mode, options);
    files.add(item);
    choose(item);
    await begin(item);
  }
}

/** Look at a file as it is to be read, then read it. @param {Item} item */
async function begin(item) {
  if (item.result) item.refusal = null; // which was that of another way to read it
  else if (item.file) await examine(item, item.file, knownLimits());
  queueOf(item).add(item);
  update(item);
}

/** @param {Item} item @param {Blob} file @param {Limits} limits */
async function examine(item, file, limits) {
  let checked = await check(file, limits, item.mode === DOCUMENT);
  if (checked.header?.format === "PDF" && item.mode !== DOCUMENT && limits.routes.includes(DOCUMENT.route)) {
    item.mode = DOCUMENT; // no other mode reads one
    item.options = new Map();
    if (item === chosen) controls.show(item.mode, item.options);
    checked = await check(file, limits, true);
  }
  item.keep(checked);
  if (item.refusal || checked.readable) return;
  // Nothing that is read here. Which it is, and what to do, the service says from its first bytes.
  try {
    await postFile(item.path, file.slice(0, 1024), item.name);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === UNSUPPORTED) item.refusal = error.problem;
  }
}

/** @param {Item} item */
async function scale(item) {
  announce("Scaling down");
  try {
    const { blob, width, height } = await scaleDown(/** @type {Blob} */ (item.file), knownLimits());
    item.file = blob;
    item.name = `${item.stem}.jpg`;
    item.note = `Scaled down here to ${width} × ${height} pixels`;
  } catch {
    announce("This browser cannot scale the image down: it is too large for it");
    return;
  }
  begin(item);
}

/** @param {Item} item */
function remove(item) {
  item.drop();
  const other = files.remove(item);
  if (chosen === item) choose(other);
}

/** @param {Item | null} item */
function choose(item) {
  chosen = item;
  files.mark(item);
  if (item) controls.show(item.mode, item.options);
  showChosen();
}

function showChosen() {
  const item = chosen;
  const live = item?.mode.live && item.result?.state !== "failed" ? item.result?.answer : null;
  if (live && live === shown) return; // its view is told of what has changed, and keeps the focus
  shown = live;
  if (!item) return byId("result").replaceChildren();
  const actions = {
    cancel: () => queueOf(item).cancel(item),
    retry: () => begin(item),
    scale: () => scale(item),
    unlock: (/** @type {string} */ password) => {
      item.options = new Map(item.options).set("password", password);
      reread(item);
    },
    readAll: () => {
      item.mode = DOCUMENT;
      item.options = new Map();
      reread(item);
    },
  };
  byId("result").replaceChildren(...showItem(item, actions));
}

/** Read a file in another way. @param {Item} item */
function reread(item) {
  controls.show(item.mode, item.options);
  begin(item);
}

/** A file's state has changed. @param {Item} item */
function update(item) {
  const { result, refusal } = item;
  const said = describe(item);
  const state = refusal ? "refused" : item.mode.live && result?.state === "done" ? result.answer.state : result?.state;
  if (!files.tell(item, said, state ?? "")) return;
  const problem = refusal ?? result?.problem;
  const told = `${item.name}: ${problem ? problem.message : (result?.note ?? said)}`;
  // That each page of a document has come would be too much to hear.
  const isNews = problem || result?.note || result?.state === "done" || (result?.state === "reading" && !item.mode.live);
  if (isNews && told !== item.told) announce((item.told = told));
  if (result?.status === 401) askKey();
  if (item === chosen) showChosen();
}

/** Read the chosen file as it is asked for now. */
function changeMode() {
  if (!chosen) return;
  chosen.mode = controls.mode;
  chosen.options = controls.options;
  begin(chosen);
}

function askKey() {
  byId("key").hidden = false;
  byId("key-field").select();
}

async function start() {
  try {
    limits = /** @type {Limits} */ (await getJson("v1/limits"));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 401) askKey();
    return announce(error.message);
  }
  const { routes, media_types, max_bytes, max_pixels } = limits;
  controls = new Controls(MODES.filter(({ route }) => routes.includes(route)), limits.languages, changeMode);
  const withDocuments = routes.includes(DOCUMENT.route);
  const types = withDocuments ? limits.documents.media_types : media_types;
  byId("files").accept = types.join();
  byId("choose").textContent = withDocuments ? "Choose files" : "Choose images";
  byId("allowed").textContent = tellLimits(types, max_bytes, max_pixels, withDocuments ? limits.documents.max_bytes : 0);
  for (const { id, name, options } of keptJobs()) {
    const item = new Item(null, name, DOCUMENT, new Map(options));
    item.jobs.set(item.path, id);
    files.add(item);
    choose(item);
    begin(item);
  }
  document.body.dataset.ready = "true";
}

/** @param {string[]} types @param {number} bytes @param {number} pixels @param {number} documentBytes */
function tellLimits(types, bytes, pixels, documentBytes) {
  const mebibytes = (/** @type {number} */ count) => `${(count / 1024 / 1024).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`;
  const formats = types.map((type) => type.replace(/.*\//, "").toUpperCase()).join(", ");
  const images = `images up to ${mebibytes(bytes)} and ${Math.floor(pixels / 1e6)} megapixels`;
  return `${formats}; ${images}${documentBytes ? `, documents up to ${mebibytes(documentBytes)}` : ""}`;
}

byId("key").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  keepKey(byId("key-field").value.trim());
  byId("key").hidden = true;
  if (!limits) start();
  else for (const item of files.rows.keys()) if (item.result?.status === 401) begin(item);
});
byId("sample").addEventListener("click", async () => {
  const sample = await fetch(new URL("sample.png", import.meta.url));
  add([{ file: await sample.blob(), name: "sample.png" }]);
});
takeFiles(add);
start();
watchCapacity(byId("state"), byId("capacity"));
