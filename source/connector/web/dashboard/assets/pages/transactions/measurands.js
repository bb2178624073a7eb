// @ts-check
/** Values of samples by what they measure: `Power.Active.Import__L1` is a line of one. */
import { value } from "../../lib/format.js";

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
/** What they are called on the other pages; others as OCPP names them. */
const USUAL = {
  "Power.Active.Import": "Power",
  "Current.Import": "Current",
  "Energy.Active.Import.Register": "Meter",
  SoC: "State of charge",
  session_energy: "Session",
  session_seconds: "Duration",
};
const FIRST = ["Power.Active.Import", "Current.Import", "Energy.Active.Import.Register", "SoC"];
const MOST_LINES = 4;

/** @param {string} name */
export const unitOf = (name) => UNITS.find(([begin]) => name.startsWith(begin))?.[1] ?? "";

/** @param {string} name of a value */
const measurand = (name) => name.split("__")[0];

/**
 * One for each time: the values at the stop may tell again what was told then.
 * @param {any[]} samples oldest first
 */
export function joined(samples) {
  const found = new Map();
  for (const { timestamp, values } of samples) found.set(timestamp, { ...found.get(timestamp), ...values });
  return [...found].map(([timestamp, values]) => ({ timestamp, values }));
}

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
 * @param {any[]} samples @param {string} wanted @param {number} size of the unit of the plot
 */
export function linesOf(samples, wanted, size) {
  const names = namesOf(samples).filter((name) => measurand(name) === wanted).slice(0, MOST_LINES);
  // What tells of something else leaves no gap.
  const about = samples.filter(({ values }) => names.some((name) => typeof values[name] === "number"));
  const data = [
    about.map(({ timestamp }) => Date.parse(timestamp) / 1000),
    ...names.map((name) => about.map(({ values }) => (typeof values[name] === "number" ? values[name] / size : null))),
  ];
  return { names, data };
}

/** "Power.Active.Import__L1" -> "Power L1"; "Power.Reactive.Import" -> "Power Reactive Import" @param {string} name */
export function spoken(name) {
  const [first, ...rest] = name.split("__");
  return [USUAL[first] ?? first.replaceAll(/[._]/g, " "), ...rest].join(" ");
}

/** A unit of a plot, how many of a value's unit it is, and how its numbers are written. @param {string} name */
export function scaleOf(name) {
  const unit = unitOf(name);
  const size = unit === "W" || unit === "Wh" ? 1000 : 1;
  const format = (/** @type {number | null} */ found) => value(found === null ? null : found * size, unit);
  return { unit: size === 1 ? unit : `k${unit}`, size, format };
}
