/** How files come in: dropped anywhere on the page, pasted, or picked. */

import { byId } from "./dom.js";

/** @param {(files: {file: Blob, name: string}[]) => void} take */
export function takeFiles(take) {
  const picker = byId("files");
  picker.addEventListener("change", () => {
    take(list(picker.files));
    picker.value = ""; // the same file can be picked again
  });

  addEventListener("paste", (event) => {
    const files = list(event.clipboardData?.files);
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });

  const zone = byId("drop");
  let depth = 0; // `dragleave` also comes for every element inside
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  const mark = () => zone.classList.toggle("over", depth > 0);
  addEventListener("dragenter", (event) => {
    if (hasFiles(event)) depth += 1;
    mark();
  });
  addEventListener("dragleave", (event) => {
    if (hasFiles(event)) depth = Math.max(0, depth - 1);
    mark();
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    depth = 0;
    mark();
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(list(event.dataTransfer?.files));
  });
}

/** @param {FileList | null | undefined} files */
function list(files) {
  return [...(files ?? [])].map((file, index) => ({ file, name: file.name || `pasted-${index + 1}` }));
}
