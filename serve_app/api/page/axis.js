/** The value axis of a drawing: round ticks, and their labels. */

const STEPS = [1, 2, 2.5, 5, 10];

/** @param {number} low @param {number} high @param {number} [count] about how many @returns {number[]} from low to high or beyond */
export function findTicks(low, high, count = 5) {
  if (low === high) high = low + (Math.abs(low) || 1);
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((each) => each * power >= rough) ?? 10);
  const ticks = [];
  for (let index = Math.floor(low / step); index <= Math.ceil(high / step - 1e-9); index += 1) ticks.push(index * step);
  return ticks;
}

/** @param {number} value @param {number[]} ticks */
export function writeTick(value, ticks) {
  const step = Math.abs(ticks[1] - ticks[0]);
  const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (/2\.?5/.test(step.toPrecision(2)) ? 1 : 0)), 8);
  return Math.max(...ticks.map(Math.abs)) >= 1e6
    ? value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 })
    : value.toLocaleString("en", { maximumFractionDigits: decimals });
}
