/** A pie, drawn clockwise from the top. */

import { svg } from "./dom.js";

/** @typedef {import("./table.js").Cell} Cell */

/** @typedef {{x: number, y: number, radius: number}} Disc */

/** @param {{label: Cell, cell: Cell}[]} slices @param {number[]} size @param {(cell: Cell) => string} name */
export function drawPie(slices, [width, height], name) {
  const radius = Math.min((height - 60) / 2, width * 0.27);
  const room = Math.floor((width - 2 * radius - 60) / 6.6) - 7; // letters beside the disc; the rest is the value's
  const disc = { x: radius + 20, y: (height + 28) / 2, radius };
  const group = svg("g");
  const drawn = slices.filter(({ cell }) => (cell.number?.value ?? 0) > 0);
  const total = drawn.reduce((sum, { cell }) => sum + (cell.number?.value ?? 0), 0);
  let turned = 0;
  drawn.forEach(({ label, cell }, index) => {
    const share = (cell.number?.value ?? 0) / total;
    const attributes = { class: `fill slice s${index % 8}`, "data-cell": cell.id };
    const title = svg("title", {}, name(cell));
    if (share > 0.9999) group.append(svg("circle", { cx: disc.x, cy: disc.y, r: radius, ...attributes }, title));
    else group.append(svg("path", { d: outline(disc, turned, turned + share), ...attributes }, title));
    const y = disc.y + (index - (drawn.length - 1) / 2) * Math.min(21, (height - 50) / drawn.length);
    group.append(
      svg("rect", { x: 2 * radius + 40, y: y - 9, width: 11, height: 11, class: `fill s${index % 8}` }),
      svg("text", { x: 2 * radius + 57, y: y + 1, class: "label" }, `${clip(label.text, room)}  ${cell.text}`),
    );
    turned += share;
  });
  return group;
}

/** @param {Disc} disc @param {number} from @param {number} to shares of a turn */
function outline({ x, y, radius }, from, to) {
  const at = (/** @type {number} */ share) => {
    const angle = 2 * Math.PI * share;
    return `${x + radius * Math.sin(angle)} ${y - radius * Math.cos(angle)}`;
  };
  return `M${x} ${y}L${at(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}

/** @param {string} text @param {number} longest */
function clip(text, longest) {
  return text.length > longest ? `${text.slice(0, Math.max(longest, 4) - 1)}…` : text;
}
