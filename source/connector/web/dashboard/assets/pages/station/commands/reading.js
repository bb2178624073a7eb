// @ts-check
/** What people type, as the values that commands take. */

/** A field that does not fit; the message says what is expected. */
export class Misfit extends Error {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/** Thousands that are separated, or a number with three decimal places. */
const GROUPED = /^[+-]?[1-9]\d{0,2}([.,]\d{3})+$/;

/**
 * "4,1" and "4.1" are numbers; null: it is none, or may be two.
 * @param {string} text @param {boolean} [isFine] of a unit so small that nobody gives parts of it:
 *   then a dot, too, may separate thousands
 */
export function numberOf(text, isFine = false) {
  const trimmed = String(text).trim().replace(",", ".");
  const found = Number(trimmed);
  return trimmed !== "" && Number.isFinite(found) && !hasGroups(text, isFine) ? found : null;
}

/** What is wrong with what is no number; null: there is nothing to say of it. @param {string} text @param {boolean} [isFine] */
export function twoReadings(text, isFine = false) {
  if (!hasGroups(text, isFine)) return null;
  const trimmed = text.trim();
  const groups = trimmed.split(/[.,]/);
  const readings = [groups.join(""), Number(`${groups.slice(0, -1).join("")}.${groups.at(-1)}`)];
  // A separator that stands twice is none of decimals.
  if (groups.length > 2 && new Set(trimmed.match(/[.,]/g)).size === 1) return `Write ${readings[0]}, without separators.`;
  return `${trimmed} can be read in two ways: write ${readings.join(" or ")}.`;
}

/** @param {string} text @param {boolean} isFine */
const hasGroups = (text, isFine) => GROUPED.test(text.trim()) && (isFine || text.includes(","));

/** @param {string} field @param {string} text @param {{min?: number, max?: number, isFine?: boolean}} [bounds] */
export function needNumber(field, text, { min = -Infinity, max = Infinity, isFine = false } = {}) {
  const found = numberOf(text, isFine);
  if (found === null) throw new Misfit(field, twoReadings(text, isFine) ?? "A number is needed.");
  if (found < min) throw new Misfit(field, `At least ${min}.`);
  if (found > max) throw new Misfit(field, `At most ${max}.`);
  return found;
}

/** @param {string} field @param {string} text @param {string} [what] */
export function needText(field, text, what = "This is needed.") {
  const trimmed = String(text ?? "").trim();
  if (!trimmed) throw new Misfit(field, what);
  return trimmed;
}

/** @param {string} field @param {string} text */
export function needJson(field, text) {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new Misfit(field, `This is not JSON: ${/** @type {Error} */ (problem).message}`);
  }
}

/** @param {any} found */
export const isObject = (found) => found !== null && typeof found === "object" && !Array.isArray(found);

/** @param {string} field @param {string} text @param {string} [example] */
export function needObject(field, text, example = '{"type": "Soft"}') {
  const found = text.trim() === "" ? {} : needJson(field, text);
  if (!isObject(found)) throw new Misfit(field, `A JSON object is needed, for example ${example}.`);
  return found;
}

/** As OCPP lets stations fetch and bring files. */
const ADDRESS = /^(https?|ftps?|sftp):\/\/[^\s/]\S*$/i;

/** @param {string} field @param {string} text */
export function needAddress(field, text) {
  if (!ADDRESS.test(text) || !isUrl(text)) throw new Misfit(field, "A whole address is needed, of https, http, ftp, ftps or sftp.");
  return text;
}

/** @param {string} text */
function isUrl(text) {
  try {
    return Boolean(new URL(text));
  } catch (_) {
    return false;
  }
}

/** The name of a file in a folder, or below it. @param {string} field @param {string} text @param {string} folder */
export function needFile(field, text, folder) {
  if (text.includes("://")) throw new Misfit(field, "This is an address: choose so at From.");
  if (/^\/|[\u0000-\u001f]/.test(text) || text.split("/").includes("..")) throw new Misfit(field, `The name of a file in ${folder} is needed.`);
  return text;
}

/** The time of a datetime-local field in UTC. @param {string} field @param {string} text */
export function needTime(field, text) {
  const found = new Date(text);
  if (!text || Number.isNaN(found.getTime())) throw new Misfit(field, "A date and a time are needed.");
  return found.toISOString();
}


/** An object without what was left empty. @param {Record<string, any>} members */
export const filled = (members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== "" && value !== null && value !== undefined));
