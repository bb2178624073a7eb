// @ts-check
/** Numbers, energies, times and words as people read them. Unknown is "–". */

export const UNKNOWN = "–";

/** @param {number} digits */
const fixed = (digits) =>
  new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const WHOLE = fixed(0);
const ONE = fixed(1);
const TWO = fixed(2);
const UP_TO_3 = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const POWERS_OF_10 = new Intl.NumberFormat("en", { notation: "scientific", maximumFractionDigits: 2 });
/** From there on digits tell nothing but that it cannot be: no station is of 10 GW. */
const FAR = 1e7;
/** Numbers of any kind: there may be times in ms among them. */
const FAR_NUMBER = 1e15;

/** In its digits, as long as there is room for them. @param {Intl.NumberFormat} format @param {number} value @param {number} [far] */
const digits = (format, value, far = FAR) => (Math.abs(value) < far ? format : POWERS_OF_10).format(value);

/** @param {unknown} value @returns {value is number} */
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** 7400 -> "7.40 kW"; 850 -> "850 W". @param {unknown} watts */
export function power(watts) {
  if (!isNumber(watts)) return UNKNOWN;
  return Math.abs(watts) < 1000 ? `${WHOLE.format(watts)} W` : `${digits(TWO, watts / 1000)} kW`;
}

/** 12345 -> "12.35 kWh"; 850 -> "850 Wh". @param {unknown} wattHours */
export function energy(wattHours) {
  if (!isNumber(wattHours)) return UNKNOWN;
  if (Math.abs(wattHours) < 1000) return `${WHOLE.format(wattHours)} Wh`;
  return `${digits(TWO, wattHours / 1000)} kWh`;
}

/** 16 -> "16.0 A". @param {unknown} amperes */
export const current = (amperes) => (isNumber(amperes) ? `${digits(ONE, amperes)} A` : UNKNOWN);

/** 229.667 -> "229.7 V". @param {unknown} volts */
const voltage = (volts) => (isNumber(volts) ? `${digits(ONE, volts)} V` : UNKNOWN);

const BY_UNIT = { W: power, Wh: energy, A: current, V: voltage };

/** Any datapoint's value with its unit. @param {unknown} value @param {string | null} [unit] */
export function value(value, unit) {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (unit && BY_UNIT[unit]) return BY_UNIT[unit](value);
  const text = isNumber(value) ? digits(UP_TO_3, value, FAR_NUMBER) : String(value);
  return unit ? `${text} ${unit}` : text;
}

/** @param {unknown} count */
export const number = (count) => (isNumber(count) ? digits(UP_TO_3, count, FAR_NUMBER) : UNKNOWN);

/** 1 536 -> "1.5 KiB". @param {unknown} bytes */
export function bytes(bytes) {
  if (!isNumber(bytes)) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  let left = bytes;
  for (; left >= 1024 && at < units.length - 1; at += 1) left /= 1024;
  return `${at ? ONE.format(left) : WHOLE.format(left)} ${units[at]}`;
}

/** plural(2, "station") -> "2 stations". @param {number} count @param {string} word @param {string} [words] */
export const plural = (count, word, words = `${word}s`) =>
  `${WHOLE.format(count)} ${count === 1 ? word : words}`;

/** Whole ones: 3.524 -> "4 ms"; 0.2 -> "< 1 ms". @param {unknown} ms */
export function milliseconds(ms) {
  if (!isNumber(ms)) return UNKNOWN;
  return ms < 1 ? "< 1 ms" : `${WHOLE.format(ms)} ms`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const BOTH = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

const MINUTE = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** @param {string | number | Date | null | undefined} time */
function date(time) {
  const found = time === null || time === undefined ? null : new Date(time);
  return found && !Number.isNaN(found.getTime()) ? found : null;
}

/** With date and seconds, in the reader's zone. @param {string | number | Date | null} [time] */
export const dateTime = (time) => (date(time) ? BOTH.format(date(time)) : UNKNOWN);
/** With date, without seconds. @param {string | number | Date | null} [time] */
export const shortTime = (time) => (date(time) ? SHORT.format(date(time)) : UNKNOWN);
/** Time of day without seconds. @param {string | number | Date | null} [time] */
export const minute = (time) => (date(time) ? MINUTE.format(date(time)) : UNKNOWN);
/** Day and month. @param {string | number | Date | null} [time] */
export const day = (time) => (date(time) ? DAY.format(date(time)) : UNKNOWN);
/** Time of day with seconds. @param {string | number | Date | null} [time] */
export const clock = (time) => (date(time) ? CLOCK.format(date(time)) : UNKNOWN);

/** The same; with the date, where it was not today. @param {string | number | Date | null} [time] */
export const moment = (time) => (date(time)?.toDateString() === new Date().toDateString() ? clock(time) : dateTime(time));

const STEPS = /** @type {const} */ ([
  [60, 1, "s"],
  [3600, 60, "min"],
  [86_400, 3600, "h"],
  [Infinity, 86_400, "d"],
]);

/** "12 s ago", "3 min ago". @param {string | number | null | undefined} time @param {number} nowMs */
export function ago(time, nowMs) {
  const found = date(time);
  if (!found) return "never";
  const seconds = (nowMs - found.getTime()) / 1000;
  if (seconds < 5) return seconds < -60 ? `at ${dateTime(time)}` : "now";
  const [, size, unit] = STEPS.find(([below]) => seconds < below) ?? STEPS[3];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

/** 3725 -> "1 h 02 min". @param {unknown} seconds */
export function duration(seconds) {
  if (!isNumber(seconds) || seconds < 0) return UNKNOWN;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = String(minutes % 60).padStart(2, "0");
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${rest} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** "SuspendedEVSE" -> "Suspended EVSE". @param {unknown} word */
export function words(word) {
  if (!word) return UNKNOWN;
  return String(word)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
}

/** The beginning of a text that may be of any length. @param {unknown} text @param {number} [most] */
export function brief(text, most = 60) {
  const letters = [...String(text ?? "")];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
}
