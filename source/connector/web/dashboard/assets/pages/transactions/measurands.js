// @ts-check
/** Values of samples by what they measure: `Power.Active.Import__L1` is a line of one. */

const UNITS = /** @type {[string, string][]} */ ([
  ["Power.Offered", "W"],
  ["Power.Reactive", "var"],
  ["Power.Factor", ""],
  ["Power", "W"],
  ["Energy.Reactive", "varh"],
  ["Energy", "Wh"],
  ["Current", "A"],
  ["Voltage", "V"],
  ["SoC", "%"],
  ["Frequency", "Hz"],
  ["Temperature", "°C"],
  ["session_energy", "Wh"],
  ["session_seconds", "s"],
]);
const FIRST = ["Power.Active.Import", "Current.Import", "Energy.Active.Import.Register", "SoC"];
const MOST_LINES = 4;

/** @param {string} name */
export const unitOf = (name) => UNITS.find(([begin]) => name.startsWith(begin))?.[1] ?? "";

/** @param {string} name of a value */
const measurand = (name) => name.split("__")[0];

/** Names of values with numbers, the overall one before its phases. @param {any[]} samples */
export function namesOf(samples) {
  const found = new Set();
  for (const { values } of samples) for (const name of Object.keys(values)) found.add(name);
  return [...found].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** @param {string} name */
function rank(name) {
  const at = FIRST.indexOf(measurand(name));
  return at < 0 ? FIRST.length : at;
}

/** What can be plotted: measurands with a number in any sample; how long it took is the axis itself. @param {any[]} samples */
export function plottable(samples) {
  const isNumber = (name) => samples.some(({ values }) => typeof values[name] === "number");
  return [...new Set(namesOf(samples).filter(isNumber).map(measurand))].filter((name) => name !== "session_seconds");
}

/**
 * The lines of a measurand, and their data as a chart wants it.
 * @param {any[]} samples @param {string} wanted
 */
export function linesOf(samples, wanted) {
  const names = namesOf(samples).filter((name) => measurand(name) === wanted).slice(0, MOST_LINES);
  const data = [
    samples.map(({ timestamp }) => Date.parse(timestamp) / 1000),
    ...names.map((name) => samples.map(({ values }) => (typeof values[name] === "number" ? values[name] : null))),
  ];
  return { names, data };
}

/** "Power.Active.Import__L1" -> "Power Active Import L1" @param {string} name */
export const spoken = (name) => name.replaceAll(/__|[._]/g, " ");
