/** Checks a file before it is sent, by the limits that the service tells, and refuses it in the service's words. */

import { readHeader } from "./headers.js";

/**
 * @typedef {import("./service.js").Limits} Limits
 * @typedef {import("./service.js").Problem} Problem
 * @typedef {{problem: Problem | null, header: import("./headers.js").Header | null, scalable: boolean,
 *   readable: boolean}} Check `scalable`: the file would be let in, were it scaled down; `readable`: its first bytes are those
 *   of a format that is read
 */

const DRAWN = ["PNG", "JPEG", "WEBP", "BMP", "GIF", "AVIF"]; // what browsers can decode

/** The service's own sentences; a test compares them. */
export const WORDS = {
  empty: () => "The upload is empty. Send the bytes of an image file",
  tooManyBytes: (/** @type {number} */ found, /** @type {number} */ limit) =>
    `The upload has ${group(found)} bytes or more, which exceeds the limit of ${group(limit)}. Send a smaller image, or ` +
    "save it as JPEG",
  tooManyPixels: (/** @type {number} */ width, /** @type {number} */ height, /** @type {Limits} */ limits) =>
    `The image has ${group(width)} x ${group(height)} = ${group(width * height)} pixels, which exceeds the limit of ` +
    `${group(limits.max_pixels)} pixels, or of ${group(limits.max_side)} on a side. Scale it down, or cut it into parts`,
  tooSmall: (/** @type {number} */ width, /** @type {number} */ height, /** @type {Limits} */ limits) =>
    `The image has ${group(width)} x ${group(height)} pixels. Each side must have at least ${limits.min_side}`,
};

/** @param {Blob} file @param {Limits} limits @param {boolean} asDocument @returns {Promise<Check>} */
export async function check(file, limits, asDocument) {
  const header = await readHeader(file);
  if (asDocument) return checkDocument(file, header, limits.documents.max_bytes);
  if (!file.size) return refuse("empty_upload", WORDS.empty(), null);
  if (file.size > limits.max_bytes) {
    return refuse("too_many_bytes", WORDS.tooManyBytes(file.size, limits.max_bytes), header);
  }
  const readable = header !== null && header.format !== "PDF";
  if (!header?.width || !header.height) return { problem: null, header, scalable: false, readable };
  const { width, height } = header;
  if (Math.max(width, height) > limits.max_side || width * height > limits.max_pixels) {
    return refuse("too_many_pixels", WORDS.tooManyPixels(width, height, limits), header);
  }
  if (Math.min(width, height) < limits.min_side) {
    return { ...refuse("unreadable_image", WORDS.tooSmall(width, height, limits), header), scalable: false };
  }
  return { problem: null, header, scalable: false, readable };
}

/** The pixels of its pages are left to the service. @param {Blob} file @param {Check["header"]} header @param {number} limit @returns {Check} */
function checkDocument(file, header, limit) {
  if (file.size > limit) return { ...refuse("too_many_bytes", WORDS.tooManyBytes(file.size, limit), header), scalable: false };
  return { problem: null, header, scalable: false, readable: header !== null };
}

/** Whether an image can be shown by the browser. @param {import("./headers.js").Header | null} header */
export function isDrawn(header) {
  return header !== null && DRAWN.includes(header.format);
}

/** @param {string} code @param {string} message @param {import("./headers.js").Header | null} header @returns {Check} */
function refuse(code, message, header) {
  return { problem: { code, message, retryable: false }, header, scalable: isDrawn(header), readable: false };
}

/** 1234567 as "1,234,567". @param {number} value */
function group(value) {
  return value.toLocaleString("en-US");
}
