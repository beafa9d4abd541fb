/** Columns, bars, lines and areas in a frame of axes; lengths are in the drawing's own pixels. */

import { svg } from "./dom.js";

/**
 * @typedef {import("./table.js").Cell} Cell
 * @typedef {{name: string, cells: Cell[]}} Series
 * @typedef {{across: (value: number) => number, centre: (index: number) => number, band: number, upright: boolean}} Frame
 *   `across`: where a value lies on its axis; `centre`: where a category lies on the other; `band`: a category's room
 */

/** @param {Series[]} series @param {Frame} frame @param {boolean} stacked @param {(cell: Cell) => string} name */
export function drawBars(series, frame, stacked, name) {
  const group = svg("g");
  const lanes = stacked ? 1 : series.length;
  const thickness = (frame.band * 0.76) / lanes;
  stack(series, stacked, (cell, from, to, row, lane) => {
    const start = frame.centre(row) - (thickness * lanes) / 2 + (stacked ? 0 : lane * thickness);
    const [a, b] = [frame.across(from), frame.across(to)].sort((x, y) => x - y);
    const long = Math.max(b - a, 1); // a zero is seen too
    const box = frame.upright
      ? { x: start, y: a, width: thickness, height: long }
      : { x: a, y: start, width: long, height: thickness };
    group.append(svg("rect", { ...box, class: `fill s${lane % 8}`, "data-cell": cell.id }, svg("title", {}, name(cell))));
  });
  return group;
}

/** @param {Series[]} series @param {Frame} frame @param {boolean} stacked @param {boolean} filled @param {(cell: Cell) => string} name */
export function drawLines(series, frame, stacked, filled, name) {
  const group = svg("g");
  /** @type {{row: number, x: number, y: number, base: number, cell: Cell}[][]} */
  const points = series.map(() => []);
  stack(series, stacked, (cell, from, to, row, lane) => {
    points[lane].push({ row, x: frame.centre(row), y: frame.across(to), base: frame.across(from), cell });
  });
  points.forEach((line, lane) => {
    for (const run of split(line)) {
      const path = run.map(({ x, y }) => `${x} ${y}`).join("L");
      if (filled) {
        const back = [...run].reverse().map(({ x, base }) => `${x} ${base}`);
        group.append(svg("path", { d: `M${path}L${back.join("L")}Z`, class: `area fill s${lane % 8}` }));
      }
      group.append(svg("path", { d: `M${path}`, class: `line s${lane % 8}` }));
    }
    for (const { x, y, cell } of line) {
      const dot = { cx: x, cy: y, r: 4, class: `fill s${lane % 8}`, "data-cell": cell.id };
      group.append(svg("circle", dot, svg("title", {}, name(cell))));
    }
  });
  return group;
}

/** The lowest and the highest end of what is drawn. @param {Series[]} series @param {boolean} stacked @returns {[number, number]} */
export function findRange(series, stacked) {
  let [low, high] = [Infinity, -Infinity];
  stack(series, stacked, (_, from, to) => {
    low = Math.min(low, to, ...(stacked ? [from] : []));
    high = Math.max(high, to, ...(stacked ? [from] : []));
  });
  return [low, high];
}

/** @param {Series[]} series @param {boolean} stacked @param {(cell: Cell, from: number, to: number, row: number, lane: number) => void} visit */
function stack(series, stacked, visit) {
  const up = /** @type {number[]} */ ([]);
  const down = /** @type {number[]} */ ([]);
  series.forEach(({ cells }, lane) => {
    cells.forEach((cell, row) => {
      if (!cell.number) return;
      const { value } = cell.number;
      const pile = value < 0 ? down : up;
      const from = stacked ? (pile[row] ?? 0) : 0;
      pile[row] = from + value;
      visit(cell, from, from + value, row, lane);
    });
  });
}

/** Runs of neighbours: where a value is missing, the line is broken. @template {{row: number}} T @param {T[]} line @returns {T[][]} */
function split(line) {
  const runs = /** @type {T[][]} */ ([]);
  line.forEach((point, index) => {
    if (index && point.row === line[index - 1].row + 1) runs[runs.length - 1].push(point);
    else runs.push([point]);
  });
  return runs;
}
