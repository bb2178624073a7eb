// @ts-check
/** Limits over time: typed line by line, or within a charging profile. */
import { isObject, Misfit, needJson, numberOf, twoReadings } from "./reading.js";

/** @typedef {[number, number]} Period offset in s, and the limit from there on */

/** As many as the connector takes. */
const MOST = 1024;

/** One period in each line. @param {string} field @param {string} text @param {string} unit @returns {Period[]} */
export function periodsOf(field, text, unit) {
  const lines = text.split("\n").map((line, at) => ({ line: line.trim(), number: at + 1 })).filter(({ line }) => line);
  if (lines.length === 0) throw new Misfit(field, "At least one line is needed: 0 11000");
  if (lines.length > MOST) throw new Misfit(field, `At most ${MOST} lines.`);
  const found = lines.map(({ line, number }) => ({ number, period: periodOf(field, line, number, unit) }));
  found.forEach((each, at) => needLater(field, each, found[at - 1]));
  return found.map(({ period }) => period);
}

/** @param {string} field @param {string} line @param {number} number @param {string} unit @returns {Period} */
function periodOf(field, line, number, unit) {
  const parts = line.split(/[\s;:]+/);
  const isFine = [true, unit === "W"];
  const [offset, limit] = parts.map((part, at) => numberOf(part, isFine[at]));
  if (parts.length === 2 && offset !== null && limit !== null) return [offset, limit];
  const why = parts.map((part, at) => twoReadings(part, isFine[at])).find(Boolean);
  throw new Misfit(field, why ? `Line ${number}: ${why}` : `Line ${number} is no offset and limit: 3600 4140`);
}

/**
 * The first one is from 0 on, and each other later than the one before it.
 * @typedef {{number: number, period: Period}} Line
 * @param {string} field @param {Line} line @param {Line} [before]
 */
function needLater(field, { number, period: [offset] }, before) {
  if (!Number.isInteger(offset)) throw new Misfit(field, `Line ${number}: its offset, ${offset} s, is no whole number.`);
  if (!before && offset !== 0) throw new Misfit(field, `Line ${number}: the first offset is 0, not ${offset} s.`);
  if (before && offset <= before.period[0]) throw new Misfit(field, `Line ${number}: its offset, ${offset} s, is not after that of line ${before.number}, ${before.period[0]} s.`);
}

/** A profile, or the limit for the template. @param {string} field @param {string} text */
export function profileOf(field, text) {
  const found = needJson(field, text);
  if (!isObject(found) && typeof found !== "number") throw new Misfit(field, "A JSON object is needed, or a number for the template.");
  return found;
}

/** Members of a period that limit; 2.x may have one for each phase. */
const LIMITS = ["limit", "limit_L2", "limit_L3"];

/**
 * The schedules of a profile, as charging_schedule has them: 1.6 has one, 2.x a list of them.
 * @param {any} profile
 */
export function schedulesOf(profile) {
  const found = [profile.chargingSchedule ?? []].flat();
  return found.map((schedule) => ({ unit: schedule?.chargingRateUnit, periods: limitsOf(schedule?.chargingSchedulePeriod) }));
}

/** What is none is left to the connector to refuse. @param {any} periods @returns {Period[]} */
function limitsOf(periods) {
  if (!Array.isArray(periods)) return [];
  const found = periods.flatMap((period) => LIMITS.map((name) => /** @type {Period} */ ([period?.startPeriod, period?.[name]])));
  return found.filter(([, limit]) => typeof limit === "number");
}
