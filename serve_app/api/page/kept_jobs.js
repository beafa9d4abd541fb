/** The jobs of this tab, so that the page finds them again when it is loaded anew. */

/** @typedef {{id: string, name: string, options: [string, string][]}} KeptJob with the name of the file and the request's parameters */

const JOBS = "serve-app-jobs";

/** @returns {KeptJob[]} */
export function keptJobs() {
  return JSON.parse(sessionStorage.getItem(JOBS) ?? "[]");
}

/** @param {KeptJob} job */
export function keepJob(job) {
  write([...keptJobs(), job]);
}

/** @param {string} id */
export function forgetJob(id) {
  write(keptJobs().filter((job) => job.id !== id));
}

/** @param {KeptJob[]} jobs */
function write(jobs) {
  if (jobs.length) sessionStorage.setItem(JOBS, JSON.stringify(jobs));
  else sessionStorage.removeItem(JOBS);
}
