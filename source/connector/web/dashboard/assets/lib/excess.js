// @ts-check
/** More flows than the limit in force allows: the station accepted it, and does not keep it. */
import { current, power } from "./format.js";
import { keyOf } from "./keys.js";
import { CURRENT, POWER } from "./names.js";

/** A vehicle is given time to come down, and a meter to tell it. */
const SETTLES_MS = 60_000;
const TOLERANCE = 0.05;

/** What flows, its limit, what meters may be wrong by, and how both are written. */
const IN_W = { flow: POWER, limit: "power_limit", slack: 100, text: power };
const IN_A = { flow: CURRENT, limit: "current_limit", slack: 0.5, text: current };

/** The datapoints that it takes. */
export const COMPARED = [IN_W, IN_A].flatMap(({ flow, limit }) => [flow, limit]);

/** @typedef {{flows: string, limit: string}} Excess as people read them */

/**
 * null: the limit is kept, or nobody can say.
 * @param {any} view @param {any} place one of its connectors @param {import("./fleet.js").ValueNow} read
 * @returns {Excess | null}
 */
export function excessOf(view, { where, transaction }, read) {
  if (!view.connected || !transaction || transaction.unconfirmed_since) return null;
  const last = (/** @type {string} */ name) => read(keyOf(view.station, where, name));
  const known = [IN_W, IN_A].map((unit) => ({ ...unit, flows: last(unit.flow), allowed: last(unit.limit) })).filter(isComparable);
  // Where both are known, one is worked out: more phases may be used than it was worked out with.
  if (known.length === 0 || !known.every(isAbove)) return null;
  const [{ flows, allowed, text }] = known;
  return { flows: text(flows.value), limit: text(allowed.value) };
}

/** The connectors of a station where it is so. @param {any} view @param {import("./fleet.js").ValueNow} read */
export const excesses = (view, read) =>
  view.connectors.flatMap((/** @type {any} */ place) => {
    const excess = excessOf(view, place, read);
    return excess ? [{ view, where: place.where, excess }] : [];
  });

/** Whether what flows was told well after the limit was. @param {any} known */
const isComparable = ({ flows, allowed }) =>
  isNumber(flows) && isNumber(allowed) && Date.parse(flows.timestamp) - Date.parse(allowed.timestamp) >= SETTLES_MS;

/** @param {any} known */
const isAbove = ({ flows, allowed, slack }) => allowed.value >= 0 && flows.value > allowed.value * (1 + TOLERANCE) + slack;

/** @param {any} datapoint */
const isNumber = (datapoint) => typeof datapoint?.value === "number";
