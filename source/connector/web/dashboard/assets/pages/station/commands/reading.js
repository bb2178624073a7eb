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

/** "4,1" and "4.1" are numbers; null: it is none. @param {string} text */
export function numberOf(text) {
  const trimmed = String(text).trim().replace(",", ".");
  const found = Number(trimmed);
  return trimmed !== "" && Number.isFinite(found) ? found : null;
}

/** @param {string} field @param {string} text @param {{min?: number, max?: number}} [bounds] */
export function needNumber(field, text, { min = -Infinity, max = Infinity } = {}) {
  const found = numberOf(text);
  if (found === null) throw new Misfit(field, "A number is needed.");
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

/** @param {string} field @param {string} text */
export function needObject(field, text) {
  const found = text.trim() === "" ? {} : needJson(field, text);
  if (found === null || typeof found !== "object" || Array.isArray(found))
    throw new Misfit(field, 'A JSON object is needed, for example {"type": "Soft"}.');
  return found;
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
