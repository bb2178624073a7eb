// @ts-check
/** Below what a limit pauses, by the phases that are known, or may be used. */
import { plural, power } from "../../lib/format.js";
import { value } from "../../lib/state.js";
import { LEAST_A } from "./naming.js";

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
  const used = PHASES.filter((phase) => value(view.station, where, "Current.Import", phase).value?.value > 0.5).length;
  const found = used > 1 ? `below ${power(used * least)} it pauses on the ${used} phases that are used` : `below ${power(least)} it pauses on one phase, below ${power(3 * least)} on three`;
  return used === 3 ? found : `${found}; ${RECKONED}`;
}

/** How many phases the connector reckons with; null: it knows none. @param {any} view @param {number} least */
function phasesKnown({ options }, least) {
  const one = (options?.min_current_a ?? LEAST_A) * (options?.voltage ?? USUAL_V);
  const count = Math.round(least / one);
  // A command may have set three for one connector.
  return count > 1 || options?.phases ? count : null;
}
