// @ts-check
/**
 * Values over time on one grid of steps: from the history first, then as they come.
 * A step holds the newest value that is known in it, null where none is: a gap. So is a
 * time in which the connector did not run: the history says so.
 */
import { ApiError, get, path } from "../../lib/api.js";

/** @typedef {{sinceS: number, untilS: number, stepS: number, isLive: boolean}} Range */

const WANTED_STEPS = 400;
const STEPS_S = [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600];

/** The steps for so many seconds. @param {number} lengthS */
export const stepFor = (lengthS) => STEPS_S.find((step) => lengthS / step <= WANTED_STEPS) ?? 86_400;

/** The last so many seconds until now. @param {number} lengthS @param {number} nowMs @returns {Range} */
export function liveRange(lengthS, nowMs) {
  const stepS = stepFor(lengthS);
  const untilS = floor(nowMs / 1000, stepS);
  return { sinceS: untilS - floor(lengthS, stepS), untilS, stepS, isLive: true };
}

/** From one time until another. @param {number} fromS @param {number} toS @returns {Range} */
export function fixedRange(fromS, toS) {
  const stepS = stepFor(Math.max(toS - fromS, 60));
  return { sinceS: floor(fromS, stepS), untilS: floor(toS, stepS), stepS, isLive: false };
}

/** @param {number} time @param {number} step */
const floor = (time, step) => Math.floor(time / step) * step;

/**
 * The history of a key: value by time in s.
 * @param {string} key @param {Range} range @param {AbortSignal} signal
 * @returns {Promise<Map<number, number | null>>}
 */
export async function history(key, range, signal) {
  const query = {
    since: iso(range.sinceS),
    until: iso(range.untilS + range.stepS),
    step: range.stepS,
    limit: 2000,
  };
  const found = new Map();
  const page = await get(path`datapoints/${key}/history`, query, { signal }).catch(none);
  for (const { timestamp, value } of page.items)
    found.set(Date.parse(timestamp) / 1000, typeof value === "number" ? value : null);
  return found;
}

/** @param {unknown} problem A key without a history is one without values. */
function none(problem) {
  if (problem instanceof ApiError && problem.status === 404) return { items: [] };
  throw problem;
}

/** @param {number} seconds */
const iso = (seconds) => new Date(seconds * 1000).toISOString();

/** Lines that share their times. */
export class Series {
  /** @param {string[]} keys @param {Range} range */
  constructor(keys, range) {
    this.keys = keys;
    this.range = range;
    /** @type {Map<string, Map<number, number | null>>} */
    this.values = new Map(keys.map((key) => [key, new Map()]));
  }

  /** Fetches all of it. @param {AbortSignal} signal */
  async load(signal) {
    const found = await Promise.all(this.keys.map((key) => history(key, this.range, signal)));
    this.keys.forEach((key, at) => this.values.set(key, found[at]));
  }

  /**
   * The present values, in the step of now: gives whether a new step began.
   * @param {number} nowMs @param {(key: string) => unknown} valueOf
   */
  take(nowMs, valueOf) {
    const { range } = this;
    const at = floor(nowMs / 1000, range.stepS);
    const moved = at - range.untilS;
    for (const key of this.keys) {
      const value = valueOf(key);
      this.values.get(key)?.set(at, typeof value === "number" ? value : null);
    }
    if (moved <= 0) return false;
    this.range = { ...range, sinceS: range.sinceS + moved, untilS: at };
    for (const line of this.values.values())
      for (const time of line.keys()) if (time < this.range.sinceS) line.delete(time);
    return true;
  }

  /** How many steps behind it is: those would be gaps that are none. @param {number} nowMs */
  behind = (nowMs) => (nowMs / 1000 - this.range.untilS) / this.range.stepS - 1;

  /** Times in s, then the values of each key: what a chart takes. @returns {(number | null)[][]} */
  columns() {
    const { sinceS, untilS, stepS } = this.range;
    const times = [];
    for (let time = sinceS; time <= untilS; time += stepS) times.push(time);
    return [times, ...this.keys.map((key) => times.map((time) => this.values.get(key)?.get(time) ?? null))];
  }

  /** Whether a key has any value. @param {string} key */
  hasAny(key) {
    for (const value of this.values.get(key)?.values() ?? []) if (value !== null) return true;
    return false;
  }
}
