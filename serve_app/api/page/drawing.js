/** Draws a chart again from its table, so that a wrong value is seen beside the original. */

import { findTicks, writeTick } from "./axis.js";
import { svg } from "./dom.js";
import { drawPie } from "./pie.js";
import { drawBars, drawLines, findRange } from "./shapes.js";

/** @typedef {import("./table.js").Table} Table @typedef {import("./table.js").Cell} Cell @typedef {import("./shapes.js").Series} Series */

const LETTER = 7; // pixels of a letter at the labels' size, on average
const LONGEST = 18; // letters of a label

/** What a chart can be drawn as; the first that fits the kind that was read is taken. */
export const STYLES = [
  { id: "columns", label: "Columns", kinds: ["bar", "unknown"], shape: "bars", upright: true, stacked: false },
  { id: "stacked", label: "Stacked columns", kinds: ["stacked_bar"], shape: "bars", upright: true, stacked: true },
  { id: "bars", label: "Bars", kinds: ["horizontal_bar"], shape: "bars", upright: false, stacked: false },
  { id: "stacked-bars", label: "Stacked bars", kinds: [], shape: "bars", upright: false, stacked: true },
  { id: "lines", label: "Lines", kinds: ["line"], shape: "lines", upright: true, stacked: false },
  { id: "areas", label: "Areas", kinds: ["area"], shape: "areas", upright: true, stacked: false },
  { id: "stacked-areas", label: "Stacked areas", kinds: [], shape: "areas", upright: true, stacked: true },
  { id: "pie", label: "Pie", kinds: ["pie"], shape: "pie", upright: true, stacked: false },
];

/** @param {string} kind as the service names it */
export function findStyle(kind) {
  return STYLES.find(({ kinds }) => kinds.includes(kind)) ?? STYLES[0];
}

/** How many cells have no number, and are therefore not drawn. @param {Table} table */
export function countUndrawn(table) {
  return table.rows.flatMap((row) => row.slice(1)).filter((cell) => !cell.number).length;
}

/**
 * @param {Table} table @param {typeof STYLES[number]} style @param {number} ratio width by height
 * @param {number} width in the pixels in which print is 12.5 high @returns {SVGElement}
 */
export function drawChart(table, style, ratio, width) {
  const height = Math.round(Math.min(Math.max(width / ratio, width * 0.54), width * 1.17));
  const series = table.columns.slice(1).map((column, x) => ({ name: column.text, cells: table.rows.map((row) => row[x + 1]) }));
  const values = series.flatMap(({ cells }) => cells).filter((cell) => cell.number).length;
  const label = `${style.label} drawn from the table: ${values} values`;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "drawing", role: "img", "aria-label": label });
  const name = (/** @type {Cell} */ cell) => `${table.name(cell)}: ${cell.text}`;
  if (table.title) drawing.append(svg("text", { x: width / 2, y: 24, class: "title", "data-cell": table.title.id }, clip(table.title.text, Math.floor(width / 8.5))));
  if (!values) return drawing;
  if (style.shape === "pie") {
    drawing.append(drawPie(table.rows.map((row) => ({ label: row[0], cell: row[1] })), [width, height], name));
    return drawing;
  }
  const frame = drawFrame(drawing, [width, height], table, series, style);
  drawing.append(
    style.shape === "bars"
      ? drawBars(series, frame, style.stacked, name)
      : drawLines(series, frame, style.stacked, style.shape === "areas", name),
  );
  return drawing;
}

/** Axes, grid, labels and legend. @param {SVGElement} drawing @param {number[]} size @param {Table} table @param {Series[]} series @param {typeof STYLES[number]} style */
function drawFrame(drawing, [width, height], table, series, style) {
  let [low, high] = findRange(series, style.stacked);
  if (style.shape !== "lines" || low > 0 && low < high / 2) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const ticks = findTicks(low, high);
  const labels = ticks.map((tick) => writeTick(tick, ticks));
  const categories = table.rows.map((row) => row[0]);
  const longest = Math.max(...categories.map(({ text }) => Math.min(text.length, LONGEST)));
  const least = 14 + LETTER * (style.upright ? Math.max(...labels.map(({ length }) => length)) : longest);
  const slanted = style.upright && longest > 5 && longest * LETTER > (width - least) / categories.length;
  // A slanted label reaches to the left of its category.
  const left = slanted ? Math.max(least, longest * LETTER * 0.9 - (width - least) / categories.length / 2) : least;
  const top = series.length > 1 ? 58 : 38;
  const step = (width - left - 14) / categories.length;
  const bottom = height - (slanted ? 22 + longest * LETTER * 0.62 : 30);
  const [first, last] = [ticks[0], ticks[ticks.length - 1]];
  const [start, end] = style.upright ? [bottom, top] : [left, width - 22];
  const across = (/** @type {number} */ value) => start + ((value - first) / (last - first)) * (end - start);
  const band = style.upright ? step : (bottom - top) / categories.length;
  const centre = (/** @type {number} */ index) => (style.upright ? left : top) + (index + 0.5) * band;

  ticks.forEach((tick, index) => {
    const at = across(tick);
    const line = style.upright ? { x1: left, x2: width - 14, y1: at, y2: at } : { x1: at, x2: at, y1: top, y2: bottom };
    const place = style.upright ? { x: left - 7, y: at + 4, class: "label end" } : { x: at, y: bottom + 17, class: "label middle" };
    drawing.append(svg("line", { ...line, class: tick === 0 ? "base" : "grid" }), svg("text", place, labels[index]));
  });
  const every = Math.ceil((!style.upright ? 13 : slanted ? 15 : longest * LETTER + 6) / band);
  categories.forEach((cell, index) => {
    if (index % every) return;
    const at = centre(index);
    const slant = { x: at, y: bottom + 14, class: "label end", transform: `rotate(-38 ${at} ${bottom + 14})` };
    const flat = { x: at, y: bottom + 18, class: "label middle" };
    const side = { x: left - 7, y: at + 4, class: "label end" };
    const place = style.upright ? (slanted ? slant : flat) : side;
    drawing.append(svg("text", { ...place, "data-cell": cell.id }, clip(cell.text, LONGEST)));
  });
  if (series.length > 1) drawLegend(drawing, table, width);
  return { across, centre, band, upright: style.upright };
}

/** @param {SVGElement} drawing @param {Table} table @param {number} width */
function drawLegend(drawing, table, width) {
  const names = table.columns.slice(1);
  const room = Math.max(6, Math.floor((width - 20) / names.length / LETTER) - 4);
  const lengths = names.map(({ text }) => (clip(text, room).length + 4) * LETTER);
  let x = (width - lengths.reduce((sum, length) => sum + length, 0)) / 2;
  names.forEach((cell, index) => {
    drawing.append(
      svg("rect", { x, y: 34, width: 11, height: 11, class: `fill s${index % 8}` }),
      svg("text", { x: x + 16, y: 44, class: "label", "data-cell": cell.id }, clip(cell.text, room)),
    );
    x += lengths[index];
  });
}

/** @param {string} text @param {number} longest */
function clip(text, longest) {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
