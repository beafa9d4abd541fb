/** Lights up together what belongs together: a cell, its place in the image, its evidence, and its part of the drawing. */

const STARTS = ["pointerover", "focusin"];
const ENDS = ["pointerout", "focusout"];

/**
 * Elements with the same `data-cell` light up when one of them is pointed at or has the focus.
 * @param {HTMLElement} root
 * @param {(cell: string | null) => void} onLight
 */
export function lightTogether(root, onLight) {
  /** @param {Event} event */
  const find = (event) => /** @type {Element} */ (event.target).closest?.("[data-cell]")?.getAttribute("data-cell") ?? null;
  let lit = /** @type {string | null} */ (null);
  const light = (/** @type {string | null} */ cell) => {
    if (cell === lit) return;
    for (const element of root.querySelectorAll(".lit")) element.classList.remove("lit");
    lit = cell;
    if (cell !== null) {
      for (const element of root.querySelectorAll(`[data-cell="${cell}"]`)) element.classList.add("lit");
    }
    onLight(cell);
  };
  for (const name of STARTS) root.addEventListener(name, (event) => find(event) !== null && light(find(event)));
  for (const name of ENDS) {
    root.addEventListener(name, () => {
      const focused = /** @type {Element | null} */ (document.activeElement)?.closest?.("[data-cell]");
      light(focused && root.contains(focused) ? focused.getAttribute("data-cell") : null);
    });
  }
}

/**
 * Marks in an image as one stop of the Tab key: arrow keys walk between them, Enter goes to the cell, or to the block.
 * @param {SVGElement} group
 * @param {HTMLElement} root holds the cells
 */
export function walkMarks(group, root) {
  const marks = () => /** @type {SVGElement[]} */ ([...group.querySelectorAll("[tabindex]")]);
  group.addEventListener("keydown", (event) => {
    const found = marks();
    const index = found.indexOf(/** @type {SVGElement} */ (document.activeElement));
    if (index < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      const cell = found[index].getAttribute("data-cell");
      event.preventDefault();
      /** @type {HTMLElement | null} */ (root.querySelector(`:is(input, textarea, section)[data-cell="${cell}"]`))?.focus();
      return;
    }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = found[(index + step + found.length) % found.length];
    found[index].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}
