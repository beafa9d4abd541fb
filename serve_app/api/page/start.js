/** Starts the page once it is painted: two dozen modules asked for at once would hold the first paint up. */

const LATEST_MS = 1000; // a page that is opened in the background is not painted

const start = () => import("./main.js"); // a second time does nothing
new PerformanceObserver(start).observe({ type: "paint", buffered: true });
setTimeout(start, LATEST_MS);
