/** Starts the page once it is painted: two dozen modules asked for at once would hold the first paint up. */

requestAnimationFrame(() => setTimeout(() => import("./main.js")));
