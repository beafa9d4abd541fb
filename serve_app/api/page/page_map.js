/**
 * The page with its blocks in their places: over the upload where the browser can show it, else over the service's picture of
 * the page. Until that comes, and where there is none, over their text, set into their boxes.
 */

import { el, svg } from "./dom.js";
import { showRows } from "./grid_view.js";
import { showImage } from "./image_view.js";
import { ServiceError } from "./service.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./document_reading.js").DocumentReading} DocumentReading */

const LETTER = 0.52; // width of a letter by the size of the print, on average
const LINE = 1.2; // height of a line by the size of the print
const DRAWN = ["figure", "chart"];

/** @param {any} page as the service answers it @param {Item} item @param {DocumentReading} reading @param {HTMLElement} root */
export function showMap({ number, width, height, turned, blocks }, item, reading, root) {
  const marks = blocks.map((/** @type {any} */ { box, kind, text }, /** @type {number} */ index) => ({
    cell: `b${index}`,
    points: [
      [box.left, box.top],
      [box.right, box.top],
      [box.right, box.bottom],
      [box.left, box.bottom],
    ],
    label: `${kind}: ${text.slice(0, 80)}`,
    kind: "block",
  }));
  const url = reading.pages.size === 1 && !turned ? item.shownUrl : null;
  const sheet = drawSheet(width, height, blocks);
  if (!url) putPicture(sheet, number, reading);
  return showImage({ url, width, height, name: `page ${number}`, marks, root, sheet });
}

/** Put the picture of the page in the sheet's place. @param {SVGElement} sheet @param {number} number @param {DocumentReading} reading */
async function putPicture(sheet, number, reading) {
  try {
    const picture = await reading.picture?.(number);
    if (!picture || !sheet.isConnected) return;
    const image = el("img", { class: "sheet", alt: `Page ${number}`, src: URL.createObjectURL(picture) });
    await image.decode();
    URL.revokeObjectURL(image.src);
    sheet.replaceWith(image);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error; // the sheet stays
  }
}

/** @param {number} width @param {number} height @param {any[]} blocks */
function drawSheet(width, height, blocks) {
  const sheet = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "sheet", "aria-hidden": true });
  for (const { box, kind, text, image, table } of blocks) {
    const place = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
    if (table) sheet.append(rule(table, place));
    else if (image) sheet.append(svg("image", { ...place, href: image, preserveAspectRatio: "none" }));
    else if (!DRAWN.includes(kind)) sheet.append(set(text, kind, place));
  }
  return sheet;
}

/** A table that fills its box. @param {import("./grid_view.js").Grid} grid @param {{x: number, y: number, width: number, height: number}} place */
function rule(grid, place) {
  const box = el("div", { class: "print table" }, el("table", {}, el("tbody", {}, ...showRows(grid))));
  box.style.fontSize = `${Math.min(place.height / grid.rows / 1.7, place.width / grid.columns / 5)}px`;
  return svg("foreignObject", place, box);
}

/** Text as large as fits its box. @param {string} text @param {string} kind @param {{x: number, y: number, width: number, height: number}} place */
function set(text, kind, place) {
  const { x, y, width, height } = place;
  const area = Math.sqrt((width * height) / (Math.max(text.length, 1) * LETTER * LINE));
  if (area > height / LINE / 1.6 && !text.includes("\n")) {
    const fit = text.length > 3 && { textLength: width, lengthAdjust: "spacingAndGlyphs" };
    return svg("text", { x, y: y + height * 0.78, class: `print ${kind}`, "font-size": height * 0.85, ...fit }, text);
  }
  const box = el("div", { class: `print ${kind}` }, text);
  box.style.fontSize = `${Math.min(height / LINE / text.split("\n").length, area * 0.94)}px`;
  return svg("foreignObject", place, box);
}
