// @ts-check
/** What places of a station are called. */
import { station } from "../../lib/state.js";

/** The least current of a vehicle, where its station has no other. */
export const LEAST_A = 6;

/** @param {any} view what people call it */
export const nameOf = (view) => view.name || view.station;

/** Whether it speaks OCPP 2.x. @param {any} view */
export const speaks2 = (view) => String(view.ocpp_version ?? "").startsWith("2");

/**
 * "0" is the whole station; 1.6 has connectors, 2.x EVSEs with connectors.
 * @param {any} view @param {string} where
 */
export function placeName(view, where) {
  if (where === "0") return "Whole station";
  if (!speaks2(view)) return `Connector ${where}`;
  const [evse, connector] = where.split(".");
  return connector ? `EVSE ${evse}, connector ${connector}` : `EVSE ${evse}`;
}

/**
 * The same of a station that may be forgotten meanwhile. @param {string} id @param {string} where
 */
export function placeOf(id, where) {
  const view = station(id).value;
  return view ? placeName(view, where) : `connector or EVSE ${where}`;
}

/** The connectors (1.6) or EVSEs, without the connectors of EVSEs. @param {any} view @returns {string[]} */
export function mainPlaces(view) {
  const found = view.connectors.map((each) => each.where).filter((where) => !where.includes("."));
  return found.length ? found : ["1"];
}

/**
 * Whether a transaction runs below the least current of a vehicle (IEC 61851-1: 6 A): what does
 * not flow then is for the limit's sake. @param {any} view @param {string} where
 */
export function isHeldBelowLeast(view, where) {
  const known = view?.connectors ?? [];
  const place = known.find((each) => each.where === where) ?? view;
  const { limit, transaction } = where === "0" ? { limit: view?.limit, transaction: known.some((each) => each.transaction) } : place ?? {};
  if (!limit?.limit_min || !transaction) return false;
  const { power_limit: watts, current_limit: amperes } = limit;
  if (typeof amperes === "number") return amperes > 0 && amperes < (view.options?.min_current_a ?? LEAST_A);
  // The phases that it uses are not known: it may be all three.
  return watts > 0 && watts < 3 * limit.limit_min;
}

/** Connectors of EVSEs, beyond the first of each. @param {any} view @returns {string[]} */
export const partPlaces = (view) => view.connectors.map((each) => each.where).filter((where) => where.includes("."));
