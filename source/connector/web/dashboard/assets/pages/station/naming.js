// @ts-check
/** What stations and their places are called. */
import { nameOf } from "../../lib/fleet.js";
import { revision, station, stationViews } from "../../lib/state.js";

/** What people call a station that may be forgotten meanwhile. @param {string} id */
export const nameOfId = (id) => nameOf(station(id).value ?? { station: id });

/**
 * The station that a whole text means: an identity, or the name of one alone; null: none.
 * @param {string} text @returns {string | null}
 */
export function stationCalled(text) {
  revision.value; // Read: names change.
  if (stationViews().has(text)) return text;
  const found = [...stationViews().values()].filter((view) => view.name === text);
  return found.length === 1 ? found[0].station : null;
}

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

/** Connectors of EVSEs, beyond the first of each. @param {any} view @returns {string[]} */
export const partPlaces = (view) => view.connectors.map((each) => each.where).filter((where) => where.includes("."));
