// @ts-check
/** What is computed over all stations: groups, rows, order. Plain functions of StationViews. */
import { excesses } from "./excess.js";
import { keyOf } from "./keys.js";
import { POWER } from "./names.js";

/** @typedef {any} View a StationView of the API */
/** @typedef {{id: string, where: string | null, kind: "single" | "head" | "part"}} Row */
/** @typedef {(key: string) => {value: any} | null} ValueNow */

/** What is said of a limit that a station holds, or does not, where nobody can ask it. */
export const AWAY = "not known while the station is away";
/** No station has more, W: what is said beyond it is a mistake of its meter. */
const MOST_W = 1e8;
const PLUGGED = new Set(["Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing", "Occupied"]);

/** @param {View} view */
const statuses = (view) => [view, ...view.connectors].map((place) => place.status);

/** @param {View} view */
export const isFaulted = (view) => view.connected && statuses(view).includes("Faulted");
/** What is the matter with the worst of a station and its parts; null: nothing is. @param {View} view */
export function trouble(view) {
  const all = places(view);
  const isOut = (/** @type {any} */ place) => place.status === "Unavailable";
  const parts = all.slice(1);
  return all.find(({ status }) => status === "Faulted") ?? (isOut(all[0]) || (parts.length > 0 && parts.every(isOut)) ? { ...all[0], status: "Unavailable" } : null);
}
/** @param {View} view */
export const isOffline = (view) => view.registration === "Accepted" && !view.connected;
/** @param {View} view */
export const isPending = (view) => view.registration === "Pending";
/** @param {View} view */
export const isCharging = (view) => view.connected && statuses(view).includes("Charging");
/** @param {View} view */
const isPlugged = (view) => view.connected && statuses(view).some((status) => PLUGGED.has(status));
/** Nobody asks it who it is, whether it is here or away. @param {View} view */
export const isUnprotected = (view) => view.registration === "Accepted" && view.unprotected;

/** Connectors whose transaction the station may have lost. @param {View} view @returns {any[]} */
export const unconfirmed = (view) => view.connectors.filter((/** @type {any} */ each) => each.transaction?.unconfirmed_since);

/** Places of a station, each with its limits. @param {View} view */
export const places = (view) => [{ ...view, where: "0", connectors: [] }, ...view.connectors];

/**
 * Where a limit that was asked does not hold. @param {View} view
 * @returns {string[]} places
 */
export function unmetLimits(view) {
  if (!view.connected || view.registration !== "Accepted") return [];
  return places(view).filter(({ limit }) => limit && isUnmet(limit)).map(({ where }) => where);
}

/** @param {any} limit */
export function isUnmet(limit) {
  return (
    limit.refused ||
    isAbove(limit.power_limit, limit.power_limit_asked) ||
    isAbove(limit.current_limit, limit.current_limit_asked)
  );
}

/** Whether the limit that is shown can be the one that was asked. @param {any} limit */
export const isMet = (limit) =>
  !isUnmet(limit) && !isFarBelow(limit.power_limit, limit.power_limit_asked) && !isFarBelow(limit.current_limit, limit.current_limit_asked);

/** Rounding takes less, and below the least it is a pause. @param {number | null} has @param {number | null} asked */
const isFarBelow = (has, asked) => Boolean(has) && Number(has) < 0.9 * Number(asked);

/** What is rounded on its way to the station is met. @param {number | null} has @param {number | null} asked */
function isAbove(has, asked) {
  if (asked === null || asked === undefined) return false;
  if (has === null || has === undefined) return true;
  return has > asked + Math.max(1, Math.abs(asked) * 0.02);
}

/** @param {View} view @param {ValueNow} valueNow */
const needsAttention = (view, valueNow) =>
  [isFaulted, isOffline, isPending].some((is) => is(view)) || unmetLimits(view).length > 0 || unconfirmed(view).length > 0 || excesses(view, valueNow).length > 0;

/** The filters of the list, in their order. @type {[string, string, (view: View, valueNow: ValueNow) => boolean][]} */
export const GROUPS = [
  ["all", "All", () => true],
  ["attention", "Attention", needsAttention],
  ["charging", "Charging", isCharging],
  ["plugged", "Plugged in", isPlugged],
  ["free", "Available", (view) => view.connected && view.connectors.some((each) => each.status === "Available")],
  ["faulted", "Faulted", isFaulted],
  ["offline", "Offline", isOffline],
  ["pending", "Pending", isPending],
  ["open", "No password", isUnprotected],
  ["rejected", "Rejected", (view) => view.registration === "Rejected"],
];

/** Whether all words of a text are told of it, in any case. @param {View} view @param {string} text */
export function matches(view, text) {
  const sought = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (sought.length === 0) return true;
  const { vendor, model, serial_number: serial } = view.boot;
  const tokens = view.connectors.map((each) => each.transaction?.token);
  const version = view.ocpp_version && `OCPP ${view.ocpp_version}`;
  const told = [view.station, view.name, view.note, vendor, model, serial, view.address, version, ...tokens];
  const all = told.filter(Boolean).join("\n").toLowerCase();
  return sought.every((word) => all.includes(word));
}

/** W of a whole station, by its connectors; null: not known. @param {View} view @param {ValueNow} valueNow */
export function powerOf(view, valueNow) {
  if (!view.connected) return null;
  const parts = view.connectors.map((each) => valueNow(keyOf(view.station, each.where, POWER))?.value);
  const known = parts.filter((each) => typeof each === "number");
  if (known.length) return known.reduce((sum, each) => sum + each, 0);
  return valueNow(keyOf(view.station, "0", POWER))?.value ?? null;
}

/** Whether a power can be one at all. @param {number | null} watts */
export const isPlausible = (watts) => watts === null || Math.abs(watts) <= MOST_W;

/** Wh of what runs. @param {View} view */
const energyOf = (view) =>
  view.connectors.reduce((sum, each) => sum + (each.transaction?.energy ?? 0), 0);

/** What needs somebody comes first. @param {View} view @param {ValueNow} valueNow */
function urgency(view, valueNow) {
  const order = [isFaulted, (each) => unmetLimits(each).length > 0, (each) => excesses(each, valueNow).length > 0, isPending, isOffline, (each) => unconfirmed(each).length > 0, isCharging, isPlugged];
  const at = order.findIndex((is) => is(view));
  if (view.registration === "Rejected") return order.length + 1;
  return at === -1 ? order.length : at;
}

/** What people call it. @param {View} view @returns {string} */
export const nameOf = (view) => view.name || view.station;

export const byName = new Intl.Collator("en", { numeric: true }).compare;

/** @type {Record<string, (valueNow: ValueNow) => (view: View) => number>} the smallest first */
const RANKS = {
  name: () => () => 0,
  state: (valueNow) => (view) => urgency(view, valueNow),
  power: (valueNow) => (view) => -(powerOf(view, valueNow) ?? -1),
  energy: () => (view) => -energyOf(view),
  seen: () => (view) => -(view.last_seen ? Date.parse(view.last_seen) : 0),
};

/** @type {[string, string][]} */
export const ORDERS = [
  ["name", "Name"],
  ["state", "What needs attention"],
  ["power", "Power"],
  ["energy", "Energy of the session"],
  ["seen", "Last seen"],
];

/**
 * Views in an order of ORDERS. @param {View[]} views @param {string} order @param {ValueNow} valueNow
 */
export function ordered(views, order, valueNow) {
  const rank = (RANKS[order] ?? RANKS.name)(valueNow);
  return views
    .map((view) => ({ view, rank: rank(view) }))
    .sort((a, b) => a.rank - b.rank || byName(nameOf(a.view), nameOf(b.view)) || byName(a.view.station, b.view.station))
    .map(({ view }) => view);
}

/** The rows of stations: one for a station with one connector, else one for each too. @param {View[]} views */
export function rowsOf(views) {
  /** @type {Row[]} */
  const rows = [];
  for (const { station: id, connectors } of views) {
    if (connectors.length < 2) {
      rows.push({ id, where: connectors[0]?.where ?? null, kind: "single" });
      continue;
    }
    rows.push({ id, where: null, kind: "head" });
    for (const { where } of connectors) rows.push({ id, where, kind: "part" });
  }
  return rows;
}

/** Whether two lists of rows show the same. @param {Row[]} a @param {Row[]} b */
export const isSameRows = (a, b) =>
  a.length === b.length &&
  a.every((row, at) => row.id === b[at].id && row.where === b[at].where && row.kind === b[at].kind);
