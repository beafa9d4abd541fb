/**
 * What the page can read. A mode is shown where the service has its route; one more is one more entry here.
 *
 * `route`: where the file is posted. `read`: sends the file, and gives the answer. `show`: makes the view of an answer.
 * `count`: the answer in a few words. `facts`: what is said below the file's name. `live`: the answer comes bit by bit, to a
 * view that is told of each.
 */

import { showAnalysis } from "./chart_view.js";
import { readDocument } from "./document.js";
import { countPages, showDocument } from "./document_view.js";
import { plural } from "./dom.js";
import { postFile } from "./service.js";
import { showText } from "./text_view.js";

/**
 * @typedef {import("./item.js").Item} Item
 * @typedef {{name: string, value: string, label: string, hint: string}} Option a parameter of the route, and what it is set to
 * @typedef {{signal: AbortSignal, limits: import("./service.js").Limits, onPart: (answer: any) => void,
 *   onBusy: (problem: import("./service.js").Problem, seconds: number) => void}} Hooks `onPart` takes an answer that
 *   is still growing; `onBusy` is told why and for how many seconds it waits
 * @typedef {{id: string, label: string, hint: string, route: string, live: boolean, options: Option[],
 *   read: (path: string, item: Item, hooks: Hooks) => Promise<any>, show: (answer: any, item: Item, actions: import("./item_view.js").Actions) => HTMLElement,
 *   count: (answer: any) => string, facts: (answer: any) => string}} Mode
 */

/** @type {Mode["read"]} */
const readFile = (path, item, hooks) => postFile(path, item.file, item.name, hooks);

/** @type {Mode[]} */
export const MODES = [
  {
    id: "chart",
    label: "Chart",
    hint: "The data table of a chart, each value checked against the text",
    route: "/v1/analyze",
    live: false,
    options: [],
    read: readFile,
    show: showAnalysis,
    count: ({ chart }) => plural(chart.rows.length, "row"),
    facts: ({ ocr, chart }) => `${pixels(ocr)} · read by ${ocr.model} and ${chart.model}`,
  },
  {
    id: "text",
    label: "Text",
    hint: "The lines of a page, in reading order",
    route: "/v1/ocr",
    live: false,
    options: [
      { name: "zoom", value: "true", label: "Small print", hint: "Read enlarged, piece by piece; slower" },
      { name: "binarise", value: "true", label: "Stained scan", hint: "Turn it black and white first" },
    ],
    read: readFile,
    show: showText,
    count: ({ lines }) => plural(lines.length, "line"),
    facts: (page) => `${pixels(page)} · read by ${page.model}`,
  },
  {
    id: "document",
    label: "Document",
    hint: "Every page of a PDF or a TIFF: text, tables and chart data",
    route: "/v1/document",
    live: true,
    options: [
      { name: "ocr", value: "always", label: "Read all of it by OCR", hint: "Even where the PDF has text of its own" },
    ],
    read: readDocument,
    show: showDocument,
    count: countPages,
    facts: () => "",
  },
];

/** The mode that documents are read in. */
export const DOCUMENT = /** @type {Mode} */ (MODES.find(({ id }) => id === "document"));

/** The request's path below the service's root. @param {Mode} mode @param {Map<string, string>} options by their names */
export function findPath(mode, options) {
  const query = new URLSearchParams([...options]).toString();
  return mode.route.slice(1) + (query && `?${query}`);
}

/** @param {{width: number, height: number}} page */
function pixels({ width, height }) {
  return `${width} × ${height} pixels`;
}
