/**
 * What the page can read. A mode is shown where the service has its route; one more is one more entry here.
 *
 * `route`: where the file is posted. `show`: makes the view of an answer. `count`: the answer in a few words. A mode that
 * answers bit by bit, by a job's events, posts in its own way: see `read`.
 */

import { showAnalysis } from "./chart_view.js";
import { postFile } from "./service.js";
import { showText } from "./text_view.js";

/**
 * @typedef {import("./item.js").Item} Item
 * @typedef {{name: string, label: string, hint: string}} Option a parameter of the route that is on or off
 * @typedef {{signal: AbortSignal, onBusy: (problem: import("./service.js").Problem, seconds: number) => void}} Hooks
 * @typedef {{id: string, label: string, hint: string, route: string, options: Option[],
 *   read: (path: string, item: Item, hooks: Hooks) => Promise<any>,
 *   show: (answer: any, item: Item) => HTMLElement, count: (answer: any) => string}} Mode
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
    options: [],
    read: readFile,
    show: showAnalysis,
    count: ({ chart }) => plural(chart.rows.length, "row"),
  },
  {
    id: "text",
    label: "Text",
    hint: "The lines of a page, in reading order",
    route: "/v1/ocr",
    options: [
      { name: "zoom", label: "Small print", hint: "Read enlarged, piece by piece; slower" },
      { name: "binarise", label: "Stained scan", hint: "Turn it black and white first" },
    ],
    read: readFile,
    show: showText,
    count: ({ lines }) => plural(lines.length, "line"),
  },
];

/** The request's path below the service's root. @param {Mode} mode @param {Set<string>} options those that are on */
export function findPath(mode, options) {
  const query = mode.options.filter(({ name }) => options.has(name)).map(({ name }) => `${name}=true`);
  return mode.route.slice(1) + (query.length ? `?${query.join("&")}` : "");
}

/** @param {number} count @param {string} noun */
function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
