/** Builds elements without markup in strings, so that text from an image is never taken for HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} element
 * @param {Record<string, unknown>} attributes `on…` adds a listener, `class` and all others are attributes; null, undefined
 *   and false leave one out, true sets it without a value.
 * @param {(Node | string | null | undefined | false)[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child || child === "")));
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any} the HTML element
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any} the SVG element
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The element with this id, which the page is known to have. @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/** Says something to everybody, screen readers included. @param {string} text */
export function announce(text) {
  byId("status").replaceChildren(el("span", {}, text)); // a new element, whose fading begins anew
}

/** 0.873 as "87 %". @param {number} share */
export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/** "1 page", "2 pages". @param {number} count @param {string} noun */
export function plural(count, noun) {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
