/** A pie, drawn clockwise from the top. */

import { svg } from "./dom.js";

const CENTRE = { x: 210, y: 205 };
const RADIUS = 150;

/** @typedef {import("./table.js").Cell} Cell */

/** @param {{label: Cell, cell: Cell}[]} slices @param {(cell: Cell) => string} name */
export function drawPie(slices, name) {
  const group = svg("g");
  const drawn = slices.filter(({ cell }) => (cell.number?.value ?? 0) > 0);
  const total = drawn.reduce((sum, { cell }) => sum + (cell.number?.value ?? 0), 0);
  let turned = 0;
  drawn.forEach(({ label, cell }, index) => {
    const share = (cell.number?.value ?? 0) / total;
    const attributes = { class: `fill slice s${index % 8}`, "data-cell": cell.id };
    const title = svg("title", {}, name(cell));
    if (share > 0.9999) group.append(svg("circle", { cx: CENTRE.x, cy: CENTRE.y, r: RADIUS, ...attributes }, title));
    else group.append(svg("path", { d: outline(turned, turned + share), ...attributes }, title));
    const y = 205 + (index - (drawn.length - 1) / 2) * Math.min(22, 330 / drawn.length);
    group.append(
      svg("rect", { x: 400, y: y - 9, width: 11, height: 11, class: `fill s${index % 8}` }),
      svg("text", { x: 418, y: y + 1, class: "label" }, `${clip(label.text)}  ${cell.text}`),
    );
    turned += share;
  });
  return group;
}

/** @param {number} from @param {number} to shares of a turn */
function outline(from, to) {
  const at = (/** @type {number} */ share) => {
    const angle = 2 * Math.PI * share;
    return `${CENTRE.x + RADIUS * Math.sin(angle)} ${CENTRE.y - RADIUS * Math.cos(angle)}`;
  };
  return `M${CENTRE.x} ${CENTRE.y}L${at(from)}A${RADIUS} ${RADIUS} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}

/** @param {string} text */
function clip(text) {
  return text.length > 22 ? `${text.slice(0, 21)}…` : text;
}
