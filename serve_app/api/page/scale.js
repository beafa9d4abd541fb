/** Scales a photo down in the browser, to what the service takes and the models would look at. */

const QUALITY = 0.92; // of the JPEG: its traces are not seen beside print
const SMALLER = 0.8; // of the sides, while the JPEG has too many bytes
const TRIES = 8;

/**
 * @param {Blob} file an image that the browser can decode
 * @param {import("./service.js").Limits} limits
 * @returns {Promise<{blob: Blob, width: number, height: number}>} a JPEG within the limits
 */
export async function scaleDown(file, limits) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  let scale = Math.min(
    1,
    Math.min(limits.long_side.ocr, limits.max_side) / Math.max(width, height),
    Math.sqrt(limits.max_pixels / (width * height)),
  );
  for (let tried = 0; tried < TRIES; tried += 1, scale *= SMALLER) {
    const scaled = await draw(bitmap, Math.floor(width * scale), Math.floor(height * scale));
    if (scaled.blob.size <= limits.max_bytes) return scaled;
  }
  throw new Error("no size fits");
}

/** @param {ImageBitmap} bitmap @param {number} width @param {number} height */
async function draw(bitmap, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no memory"))), "image/jpeg", QUALITY);
  });
  return { blob: /** @type {Blob} */ (blob), width: canvas.width, height: canvas.height };
}
