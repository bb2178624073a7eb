// @ts-check
/** Below what a limit pauses, by the phases that are known, or may be used. */
import { plural, power } from "../../lib/format.js";
import { value } from "../../lib/state.js";

/** The least current of a vehicle, where its station has no other. */
const LEAST_A = 6;
const PHASES = ["L1", "L2", "L3"];
/** Of one phase, where nobody has set another. */
const USUAL_V = 230;
/** As W are sent in A: never more than was asked. */
const RECKONED = "in A, three are reckoned with until its phases are set (Edit)";

/**
 * @param {any} view @param {string} where @param {number | null | undefined} least W, as the API
 * tells it: of the phases that are known, else of one
 */
export function pausesBelow(view, where, least) {
  if (!least) return null;
  const known = phasesKnown(view, least);
  if (known) return `below ${power(least)} it pauses on its ${plural(known, "phase")}`;
  const used = phasesUsed(view, where);
  const found = used > 1 ? `below ${power(used * least)} it pauses on the ${used} phases that are used` : `below ${power(least)} it pauses on one phase, below ${power(3 * least)} on three`;
  return used === 3 ? found : `${found}; ${RECKONED}`;
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
  return watts > 0 && watts < leastOf(view, where, limit.limit_min);
}

/** The least power of a vehicle; of three phases, where it may use any. @param {any} view @param {string} where @param {number} least */
const leastOf = (view, where, least) => (phasesKnown(view, least) ? least : least * (phasesUsed(view, where) || 3));

/** How many carry a current now. @param {any} view @param {string} where */
const phasesUsed = (view, where) => PHASES.filter((phase) => value(view.station, where, "Current.Import", phase).value?.value > 0.5).length;

/** How many phases the connector reckons with; null: it knows none. @param {any} view @param {number} least */
function phasesKnown({ options }, least) {
  const one = (options?.min_current_a ?? LEAST_A) * (options?.voltage ?? USUAL_V);
  const count = Math.round(least / one);
  // A command may have set three for one connector.
  return count > 1 || options?.phases ? count : null;
}
