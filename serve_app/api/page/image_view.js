/** The image with what was read in it drawn over it: an SVG in the image's own pixels, whatever its size on the screen. */

import { el, svg } from "./dom.js";
import { walkMarks } from "./light.js";

/**
 * @typedef {[number, number]} Point
 * @typedef {{cell: string | null, points: Point[], label: string, kind: "place" | "evidence" | "line" | "block"}} Mark
 *   `cell` names the cell that it belongs to; marks without one are drawn, and are nothing to point at
 */

/**
 * @param {{url: string | null, left?: number, top?: number, width: number, height: number, name: string, marks: Mark[],
 *   root: HTMLElement, sheet?: SVGElement}} options `left` and `top` are where the image lies in what the marks count in;
 *   `url` null: the outlines are drawn on the sheet, or on an empty one where the browser cannot show the format
 */
export function showImage({ url, left = 0, top = 0, width, height, name, marks, root, sheet }) {
  const overlay = svg("svg", {
    viewBox: `${left} ${top} ${width} ${height}`,
    preserveAspectRatio: "none",
    class: "overlay",
    role: "group",
    "aria-label": `Places in ${name}. Arrow keys move between them, Enter goes to what was read there`,
  });
  const seen = new Set();
  for (const mark of marks) overlay.append(draw(mark, seen));
  walkMarks(overlay, root);
  const picture = url
    ? el("img", { src: url, alt: `The image ${name}`, width, height })
    : (sheet ?? svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "sheet", role: "img", "aria-label": "An empty sheet" }));
  const stage = el("div", { class: "stage" }, picture, overlay);
  stage.style.setProperty("--ratio", String(width / height));
  return el(
    "div",
    {},
    stage,
    !url && !sheet && el("p", { class: "quiet" }, "This browser cannot show the image's format; the outlines are in their places."),
  );
}

/** @param {Mark} mark @param {Set<string>} seen cells that can be reached already */
function draw(mark, seen) {
  const dot = `M${mark.points[0].join(" ")}h0`; // as large as its stroke is wide, at any scale
  const shape =
    mark.points.length === 1
      ? svg("g", {}, svg("path", { d: dot, class: "halo" }), svg("path", { d: dot }))
      : svg("polygon", { points: mark.points.map((point) => point.join()).join(" ") });
  if (mark.cell === null) return svg("g", { class: mark.kind, "aria-hidden": true }, shape);
  if (seen.has(mark.cell)) return svg("g", { class: mark.kind, "data-cell": mark.cell, "aria-hidden": true }, shape);
  const tabindex = seen.size ? -1 : 0;
  seen.add(mark.cell);
  const attributes = { class: mark.kind, "data-cell": mark.cell, role: "button", "aria-label": mark.label, tabindex };
  return svg("g", attributes, svg("title", {}, mark.label), shape);
}
