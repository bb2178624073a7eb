// @ts-check
/** Limits so large that they are more likely a slip of the hand: asked about before they are sent. */
import { current, power } from "../../lib/format.js";

const MOST_W = 10_000_000;
const MOST_A = 10_000;
/** Of one phase: an ampere stands for at least so many watts. */
const VOLTS = 230;

/**
 * The question about a limit above what the connection bears, or above what any bears; null:
 * none is needed. @param {any} view @param {string} where @param {string} command
 * @param {number} value W or A @param {string} place its name
 * @returns {import("../../parts/dialog.js").Question | null}
 */
export function questionAbout(view, where, command, value, place) {
  const inAmperes = command === "current_limit";
  const limit = where === "0" ? view.limit : view.connectors.find((/** @type {any} */ each) => each.where === where)?.limit;
  const bears = limit?.limit_max ?? null;
  const watts = inAmperes ? value * VOLTS : value;
  const isAbove = bears !== null && watts > bears;
  if (!isAbove && value <= (inAmperes ? MOST_A : MOST_W)) return null;
  const text = inAmperes ? `${current(value)} per phase` : power(value);
  return {
    title: `Set ${text} at ${place}?`,
    text: isAbove ? `Its connection bears ${power(bears)}: above that a limit limits nothing.` : "That is more than a connection of a station bears: such a limit limits nothing.",
    action: "Set it all the same",
  };
}
