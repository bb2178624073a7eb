// @ts-check
/** The filter of the list: in the URL as it was typed, for the API as it wants it. */
import { nameOfId } from "../station/naming.js";

/**
 * @typedef {{station?: string, station_part?: string, token_part?: string, active?: string,
 *   since?: string, until?: string}} Wanted
 */
export const NAMES = ["station", "token", "active", "since", "until"];
const DAY_MS = 86_400_000;

/** Times of the URL that are none; by field. @param {Record<string, string>} query */
export function mistakes(query) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of ["since", "until"])
    if (query[name] && Number.isNaN(Date.parse(query[name]))) found[name] = "Expected a date and a time";
  if (!found.since && !found.until && query.since && query.until && Date.parse(query.since) >= Date.parse(query.until))
    found.until = "It is not after the other one: nothing can be found";
  return found;
}

/**
 * What the API is asked: a part of a name is enough, but where it is the whole of one.
 * @param {Record<string, string>} query @param {string | null} only the station that is meant then
 */
export function asked(query, only) {
  const { active, since, until } = query;
  const [station, token] = [trimmed(query.station), trimmed(query.token)];
  const where = only !== null ? { station: only } : { station_part: station };
  return { ...where, token_part: token, active, since: utc(since), until: utc(until) };
}

/** @param {string | undefined} text */
const trimmed = (text) => text?.trim() || undefined;

/** @param {string | undefined} text of an input, in the reader's zone */
const utc = (text) => (text ? new Date(text).toISOString() : undefined);

/** Some days before now, at the begin of that day, for an input. @param {number} days */
export function daysAgo(days) {
  const then = new Date(Date.now() - days * DAY_MS);
  then.setHours(0, 0, 0, 0);
  return local(then);
}

/** For <input type="datetime-local">. @param {Date} time */
export function local(time) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** @param {string | null} text @param {string | undefined} part */
const has = (text, part) => !part || (text ?? "").toLowerCase().includes(part.toLowerCase());

/** Whether one that has come fits what is asked. @param {any} item @param {Wanted} wanted */
export function fits(item, wanted) {
  const start = Date.parse(item.start);
  return (
    (!wanted.station || item.station === wanted.station) &&
    (has(item.station, wanted.station_part) || has(nameOfId(item.station), wanted.station_part)) &&
    has(item.token, wanted.token_part) &&
    (!wanted.active || String(item.stop === null) === wanted.active) &&
    (!wanted.since || start >= Date.parse(wanted.since)) &&
    (!wanted.until || start < Date.parse(wanted.until))
  );
}
