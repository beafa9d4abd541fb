/** The same request in curl and in Python, to copy. */

import { el } from "./dom.js";
import { copy } from "./export.js";
import { readKey, ROOT } from "./service.js";

/** @param {string} path such as "v1/ocr?zoom=true" @param {string} name of the file */
export function showSnippets(path, name) {
  const url = new URL(path.replace(/(password=)[^&]*/, "$1PASSWORD"), ROOT).href;
  return el(
    "details",
    { class: "snippets" },
    el("summary", {}, "This request in curl and Python"),
    showSnippet("curl", writeCurl(url, name)),
    showSnippet("Python", writePython(url, name)),
  );
}

/** @param {string} url @param {string} name */
function writeCurl(url, name) {
  const key = readKey() ? ` -H "Authorization: Bearer $SERVE_APP_KEY"` : "";
  const file = /[,;"\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : name; // curl's own quotes
  return `curl -sS${key} -F ${quote(`file=@${file}`)} ${quote(url)}`;
}

/** @param {string} url @param {string} name */
function writePython(url, name) {
  const key = readKey();
  const headers = key ? `    headers={"Authorization": f"Bearer {os.environ['SERVE_APP_KEY']}"},\n` : "";
  return (
    `${key ? "import os\n\n" : ""}import httpx\n\n` +
    `with open(${JSON.stringify(name)}, "rb") as file:\n` +
    `    answer = httpx.post(\n        ${JSON.stringify(url)},\n        files={"file": file},\n${headers && `    ${headers}`}` +
    `        timeout=${url.includes("/v1/document") ? 600 : 120},\n    )\nanswer.raise_for_status()\nprint(answer.json())\n`
  );
}

/** @param {string} language @param {string} code */
function showSnippet(language, code) {
  const button = el("button", { type: "button", "aria-label": `Copy the ${language} request` }, "Copy");
  button.addEventListener("click", () => copy(async () => code));
  return el(
    "div",
    { class: "snippet" },
    el("div", { class: "bar" }, el("span", {}, language), button),
    el("pre", { tabindex: 0, role: "region", "aria-label": `The request in ${language}` }, el("code", {}, code)),
  );
}

/** For a shell. @param {string} text */
function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
