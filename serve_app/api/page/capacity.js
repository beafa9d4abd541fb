/** The panel that says whether the models are ready, and how busy they are. */

import { el } from "./dom.js";
import { getJson, getState, readKey, ServiceError } from "./service.js";

const PERIOD_MS = 15_000;
const NAMES = /** @type {Record<string, string>} */ ({ ocr: "Text", chart: "Charts", layout: "Layout" });

/** Ask now and then, while somebody looks. @param {HTMLElement} summary @param {HTMLElement} panel */
export function watchCapacity(summary, panel) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      show(summary, panel, await getState("ready"), await getCapacity());
    } catch {
      summary.textContent = "Not reached";
      summary.dataset.state = "down";
      panel.replaceChildren(el("p", {}, "The service does not answer."));
    }
  };
  ask();
  setInterval(ask, PERIOD_MS);
  document.addEventListener("visibilitychange", ask);
}

/** The key with which the service did not tell its load. @type {string | null} */
let refused = null;

/** How busy the models are; null where the service tells it by key alone. @returns {Promise<any>} */
async function getCapacity() {
  if (readKey() === refused) return null;
  try {
    return await getJson("v1/capacity");
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 401) throw error;
    refused = readKey();
    return null;
  }
}

/** @param {HTMLElement} summary @param {HTMLElement} panel @param {any} ready @param {any} capacity */
function show(summary, panel, ready, capacity) {
  if (!capacity) {
    summary.dataset.state = ready.ready ? "ready" : "down";
    summary.textContent = ready.ready ? "Ready" : "Not ready";
    panel.replaceChildren(el("p", {}, "How busy it is, the service tells with an API key alone."));
    return;
  }
  const loads = Object.values(capacity.models);
  const busy = loads.some((/** @type {any} */ load) => load.in_flight > 0);
  const full = loads.some((/** @type {any} */ load) => !load.admits);
  const state = !ready.ready ? "down" : full ? "full" : busy ? "busy" : "ready";
  summary.dataset.state = state;
  summary.textContent = { down: "Not ready", full: "Full", busy: "Busy", ready: "Ready" }[state];
  panel.replaceChildren(
    el(
      "table",
      {},
      el("caption", {}, "Models"),
      el("thead", {}, el("tr", {}, ...["Model", "State", "Replicas", "Requests", "Wait"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...Object.entries(capacity.models).map(([model, load]) => showModel(model, load, ready.models?.[model]))),
    ),
    el("p", { class: "quiet" }, "As this ingress sees it; asked every 15 seconds."),
  );
}

/** @param {string} model @param {any} load @param {any} readiness */
function showModel(model, load, readiness) {
  const state = readiness?.ready ? (load.admits ? "ready" : "full") : readiness?.reason || "not ready";
  const wait = load.expected_wait_s === null ? "–" : `${load.expected_wait_s.toFixed(1)} s`;
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, NAMES[model] ?? model),
    ...[state, `${load.running} of ${load.target}`, load.in_flight, wait].map((text) => el("td", {}, String(text))),
  );
}
