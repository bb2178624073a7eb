// @ts-check
/** What a station was told while this page did not look on, as the connector keeps it. */
import { signal } from "../../lib/html.js";
import { get, path } from "../../lib/api.js";
import { awaited, blank, inOrder, ordersOf, whatOf } from "./orders.js";
import { isOfThisPage, noteOurs } from "./ours.js";

/** @type {Map<string, import("@preact/signals").Signal<boolean>>} */
const loaded = new Map();

/** Whether it has been fetched, as a signal. @param {string} station */
export function isPastHere(station) {
  let found = loaded.get(station);
  if (!found) loaded.set(station, (found = signal(false)));
  return found;
}

/** Fetches the last commands of a station, whoever gave them. @param {string} station */
export async function loadPast(station) {
  const { items } = await get(path`stations/${station}/commands`);
  const list = ordersOf(station);
  list.value = inOrder(items.reduce(taken, list.peek()));
  isPastHere(station).value = true;
}

/** @param {import("./orders.js").Order[]} orders @param {any} told */
function taken(orders, told) {
  const known = orders.find((each) => each.correlation === told.correlation) ?? (told.outcome ? undefined : awaited(orders, told));
  if (known) return orders.map((each) => (each === known ? joined(each, told) : each));
  const isPast = Boolean(told.outcome);
  return [...orders, joined(blank({ ...whatOf(told), isOurs: false, isPast, isOurPast: isOfThisPage(told.correlation) }), told)];
}

/** Events may have told of one meanwhile, and of more. @param {import("./orders.js").Order} order @param {any} told */
function joined(order, told) {
  if (order.isOurs) noteOurs(told.correlation);
  const times = { ...order.times, ...told.times };
  const outcome = order.outcome ?? told.outcome;
  // What failed may have been done after all.
  const { seen, failed } = order.seen && !(order.failed && told.seen) ? order : told;
  const measured = order.measured ?? told.measured;
  const wasAbove = order.wasAbove ?? told.was_above;
  const file = order.file ?? told.file;
  const stage = failed ? "failed" : seen ? "in_force" : outcome?.outcome ?? (times.sent ? "sent" : "asked");
  const { value } = whatOf(told);
  return { ...order, value, isTold: true, correlation: told.correlation, stage, outcome, seen, measured, wasAbove, failed, file, times };
}

/**
 * Takes in what a command ended with (`<command>__result`), where that is all that is known.
 * @param {string} station @param {string} where @param {string} command @param {any} text
 */
export function remember(station, where, command, text) {
  const outcome = parsed(text);
  const list = ordersOf(station);
  if (!outcome || list.peek().some((each) => each.correlation === outcome.correlation)) return;
  const at = new Date(outcome.timestamp).toISOString();
  const known = { station, where, command, correlation: outcome.correlation, outcome };
  const order = blank({ ...known, stage: outcome.outcome, times: { [outcome.outcome]: at } });
  list.value = inOrder([...list.peek(), order]);
}

/** @param {any} text */
function parsed(text) {
  if (typeof text !== "string") return null;
  try {
    const found = JSON.parse(text);
    return found && typeof found.outcome === "string" && typeof found.timestamp === "number" ? found : null;
  } catch (_) {
    return null; // Not the text of an outcome: nothing to remember.
  }
}
