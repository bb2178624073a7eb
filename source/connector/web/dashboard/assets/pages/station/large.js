// @ts-check
/** Limits so large that they are more likely a slip of the hand: asked about before they are sent. */
import { current, number, power } from "../../lib/format.js";
import { choose } from "../../parts/dialog.js";
import { mainPlaces, placeName } from "./naming.js";

/**
 * More than any connector gives, by what is known of it: 80 A on three phases are the most of
 * a plug of alternating current; beyond 1 MW there are a few for ships.
 */
const ALTERNATING = { watts: 55_200, amperes: 80, what: "a station of alternating current" };
const DIRECT = { watts: 1_000_000, amperes: 1500, what: "a station of direct current" };
const UNKNOWN_KIND = { watts: 500_000, amperes: 1000, what: "a charging station" };
/** What a vehicle needs at least: 6 A of one phase. */
const LEAST_W = 1380;

/**
 * A command as it is to be given: as it is; with what was meant; or null, not at all. Asks
 * where it is a limit above what the place can ever give.
 * @param {any} view @param {string} where @param {string} command @param {any} value
 * @returns {Promise<[string, any] | null>}
 */
export async function asMeant(view, where, command, value) {
  const found = doubt(view, where, command, value);
  if (!found) return [command, value];
  const { meant, ...rest } = found;
  const chosen = await choose({ ...rest, action: "Set it all the same", instead: meant === null ? undefined : `Set ${power(meant)}` });
  if (chosen === "instead") return ["power_limit", meant];
  return chosen && [command, value];
}

/** What is asked about it; null: nothing. @param {any} view @param {string} where @param {string} command @param {any} value */
function doubt(view, where, command, value) {
  const { highest, inAmperes } = highestOf(command, value);
  const { watts, amperes } = boundsOf(view, where);
  const [least, any] = inAmperes ? amperes : watts;
  if (highest <= (least ?? any)) return null;
  const text = inAmperes ? `${current(highest)} per phase` : power(highest);
  const meant = meantBy(view, where, command, value);
  const why = least === null ? `far more than ${kindOf(view).what} gives` : `more than its connection bears (${inAmperes ? current(least) : power(least)})`;
  return {
    title: `Set ${text} at ${placeName(view, where)}?`,
    text: `${text}${inAmperes ? "" : ` (${number(Math.round(highest))} W)`} is ${why}: such a limit limits nothing.${meant === null ? "" : ` Did you mean ${power(meant)}?`}`,
    meant,
  };
}

/** Of a limit itself, of limits over time the highest. @param {string} command @param {any} value */
function highestOf(command, value) {
  if (command !== "charging_schedule") return { highest: value, inAmperes: command === "current_limit" };
  const limits = value.periods.map((/** @type {[number, number]} */ [, limit]) => limit);
  return { highest: Math.max(...limits), inAmperes: value.unit === "A" };
}

/** @param {any} view */
const kindOf = ({ direct_current: isDirect }) => (isDirect === null ? UNKNOWN_KIND : isDirect ? DIRECT : ALTERNATING);

/** @param {any} view @param {string} where */
const limitOf = (view, where) => (where === "0" ? view.limit : view.connectors.find((/** @type {any} */ each) => each.where === where)?.limit);

/**
 * What the connection of a place bears (null: not known), and what any does.
 * @param {any} view @param {string} where @returns {Record<"watts" | "amperes", [number | null, number]>}
 */
function boundsOf(view, where) {
  const count = where === "0" ? mainPlaces(view).length : 1;
  const { watts, amperes } = kindOf(view);
  const own = view.options?.max_current_a ?? null;
  return {
    watts: [limitOf(view, where)?.limit_max ?? null, watts * count],
    amperes: [own === null ? null : own * count, amperes * count],
  };
}

/**
 * The limit that a number means that was of W, where it was given for kW or A; null: it cannot be.
 * @param {any} view @param {string} where @param {string} command @param {any} value
 */
function meantBy(view, where, command, value) {
  if (typeof value !== "number") return null;
  const watts = command === "power_limit" ? value / 1000 : value;
  const { watts: [bears, any] } = boundsOf(view, where);
  return watts >= (limitOf(view, where)?.limit_min || LEAST_W) && watts <= (bears ?? any) ? watts : null;
}
