/** Reads a document: by a job, page by page, or in one request where the service has no jobs. */

import { DocumentReading } from "./document_reading.js";
import { follow } from "./events.js";
import { forgetJob, keepJob } from "./kept_jobs.js";
import { postFile, request, ServiceError } from "./service.js";

/** @typedef {import("./item.js").Item} Item @typedef {import("./modes.js").Hooks} Hooks */

/** @param {string} path of /v1/document @param {Item} item @param {Hooks} hooks @returns {Promise<DocumentReading>} */
export async function readDocument(path, item, hooks) {
  const reading = new DocumentReading();
  reading.formats = hooks.limits.documents.formats;
  reading.listeners.set("row", () => hooks.onPart(reading));
  reading.tell(0);
  const onBusy = (/** @type {import("./service.js").Problem} */ problem, /** @type {number} */ seconds) => {
    reading.note = `${problem.message}. It is sent again in ${seconds} s`;
    reading.tell(0);
  };
  const send = (/** @type {string} */ to) => postFile(to, /** @type {Blob} */ (item.file), item.name, { signal: hooks.signal, onBusy });
  if (hooks.limits.documents.jobs) await readByJob(reading, path, item, hooks, send);
  else await readAtOnce(reading, path, item, send);
  return reading;
}

/** @typedef {(path: string) => Promise<any>} Send posts the file */

/** @param {DocumentReading} reading @param {string} path @param {Item} item @param {Hooks} hooks @param {Send} send */
async function readByJob(reading, path, item, hooks, send) {
  const job = item.jobs.get(path) ?? (await submit(path, item, send));
  reading.note = "";
  reading.cancel = () => request(`v1/jobs/${job}`, { method: "DELETE" });
  reading.write = (format) => request(`v1/jobs/${job}/result?format=${format}`, {});
  reading.picture = async (number) => (await request(`v1/jobs/${job}/pages/${number}/image`, {})).blob();
  reading.enter("queued");
  await follow(`v1/jobs/${job}/events`, {
    signal: hooks.signal,
    onEvent: (event) => reading.take(event),
    onConnection: (seconds) => {
      reading.broken = seconds;
      reading.tell(0);
    },
  });
  const { failure } = await (await request(`v1/jobs/${job}`, { signal: hooks.signal })).json();
  if (!failure) return; // pages that failed stand in their places
  await forget(job);
  item.jobs.delete(path);
  throw new ServiceError({ retryable: false, ...failure }, 0);
}

/** @param {string} path @param {Item} item @param {Send} send @returns {Promise<string>} the id of the job */
async function submit(path, item, send) {
  const { id } = await send(addFigures(path).replace("v1/document", "v1/jobs"));
  item.jobs.set(path, id);
  const options = [...item.options].filter(([name]) => name !== "password");
  keepJob({ id, name: item.name, options });
  return id;
}

/** @param {DocumentReading} reading @param {string} path @param {Item} item @param {Send} send */
async function readAtOnce(reading, path, item, send) {
  reading.enter("running");
  reading.fill(await send(addFigures(path)));
  reading.write = (format) => {
    const body = new FormData(); // nothing is kept there: it is read again
    body.append("file", /** @type {Blob} */ (item.file), item.name);
    return request(`${path}${path.includes("?") ? "&" : "?"}format=${format}`, { method: "POST", body });
  };
  reading.tell(0);
}

/** The images of figures and charts, to look at beside what was read. @param {string} path */
function addFigures(path) {
  return `${path}${path.includes("?") ? "&" : "?"}figures=inline`;
}

/** End a job, and have the service delete it. @param {string} job */
export async function forget(job) {
  forgetJob(job);
  try {
    const { state } = await (await request(`v1/jobs/${job}`, {})).json();
    if (["queued", "running"].includes(state)) await request(`v1/jobs/${job}`, { method: "DELETE" });
    await request(`v1/jobs/${job}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error; // one that is gone, or is deleted by the service itself in time
  }
}
