/** What a file is, and the size in pixels that an image declares, read from its first bytes: nothing is decoded. */

/** @typedef {{format: string, width: number, height: number}} Header size as stored, before any EXIF orientation */

const HEAD = 1 << 20; // bytes; a JPEG's size stands behind its metadata
const BRANDS = { AVIF: ["avif", "avis"], HEIC: ["heic", "heix", "heim", "heis"] };
const PDF_WITHIN = 1024 + 5; // bytes; readers skip what stands before a PDF's first line

/**
 * @param {Blob} file
 * @returns {Promise<Header | null>} null for what is neither a PDF nor an image of these formats; a width of 0 where the size is not found
 */
export async function readHeader(file) {
  const data = new DataView(await file.slice(0, HEAD).arrayBuffer());
  const format = findFormat(data);
  if (!format) return null;
  try {
    return { format, ...SIZES[format](data) };
  } catch {
    return { format, width: 0, height: 0 }; // cut short: the service says what is wrong with it
  }
}

/** @param {DataView} data @param {number} at @param {number} length */
function text(data, at, length) {
  let found = "";
  for (let index = at; index < Math.min(at + length, data.byteLength); index += 1) {
    found += String.fromCharCode(data.getUint8(index));
  }
  return found;
}

/** @param {DataView} data */
function findFormat(data) {
  const start = text(data, 0, 8);
  if (start === "\x89PNG\r\n\x1a\n") return "PNG";
  if (start.startsWith("\xff\xd8\xff")) return "JPEG";
  if (start.startsWith("RIFF") && text(data, 8, 4) === "WEBP") return "WEBP";
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return "TIFF";
  if (/^GIF8[79]a/.test(start)) return "GIF";
  const brands = listBrands(data);
  for (const [format, family] of Object.entries(BRANDS)) {
    if (family.some((brand) => brands.includes(brand))) return format;
  }
  const bitmap = start.startsWith("BM") && data.byteLength >= 18 && data.getUint32(14, true);
  if ([12, 40, 52, 56, 64, 108, 124].includes(Number(bitmap))) return "BMP";
  return text(data, 0, PDF_WITHIN).includes("%PDF-") ? "PDF" : null;
}

/** The first box holds the file's own brand, a version, and the brands it conforms to. @param {DataView} data */
function listBrands(data) {
  if (text(data, 4, 4) !== "ftyp") return [];
  const brands = [text(data, 8, 4)];
  for (let at = 16; at < Math.min(data.getUint32(0), 1024); at += 4) brands.push(text(data, at, 4));
  return brands;
}

/** @type {Record<string, (data: DataView) => {width: number, height: number}>} */
const SIZES = {
  PDF: () => ({ width: 0, height: 0 }), // each page has its own
  PNG: (data) => ({ width: data.getUint32(16), height: data.getUint32(20) }),
  BMP: (data) =>
    data.getUint32(14, true) === 12
      ? { width: data.getUint16(18, true), height: data.getUint16(20, true) }
      : { width: data.getInt32(18, true), height: Math.abs(data.getInt32(22, true)) },
  GIF: (data) => ({ width: data.getUint16(6, true), height: data.getUint16(8, true) }),
  AVIF: () => ({ width: 0, height: 0 }), // it stands in boxes within boxes: the service finds it
  HEIC: () => ({ width: 0, height: 0 }),
  WEBP: readWebp,
  JPEG: readJpeg,
  TIFF: readTiff,
};

/** @param {DataView} data */
function readWebp(data) {
  const kind = text(data, 12, 4);
  const uint24 = (/** @type {number} */ at) => data.getUint16(at, true) | (data.getUint8(at + 2) << 16);
  if (kind === "VP8X") return { width: uint24(24) + 1, height: uint24(27) + 1 };
  if (kind === "VP8L") {
    const bits = data.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: data.getUint16(26, true) & 0x3fff, height: data.getUint16(28, true) & 0x3fff };
}

/** The first start-of-frame segment. @param {DataView} data */
function readJpeg(data) {
  for (let at = 2; ; at += 2 + data.getUint16(at + 2)) {
    while (data.getUint8(at) === 0xff && data.getUint8(at + 1) === 0xff) at += 1; // fill bytes
    const marker = data.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: data.getUint16(at + 7), height: data.getUint16(at + 5) };
    }
  }
}

/** The first directory; BigTIFF is left to the service. @param {DataView} data */
function readTiff(data) {
  const little = text(data, 0, 1) === "I";
  const first = data.getUint32(4, little);
  const size = { width: 0, height: 0 };
  for (let index = 0; index < data.getUint16(first, little); index += 1) {
    const entry = first + 2 + index * 12;
    const tag = data.getUint16(entry, little);
    const short = data.getUint16(entry + 2, little) === 3;
    const value = short ? data.getUint16(entry + 8, little) : data.getUint32(entry + 8, little);
    if (tag === 256) size.width = value;
    if (tag === 257) size.height = value;
  }
  return size;
}
