// @ts-check
/**
 * What was asked of stations, by this page and by everybody else, and how far it came.
 * Kept while the page is open, for the stations that were looked at.
 */
import { signal } from "../../lib/html.js";
import { ApiError, path, post } from "../../lib/api.js";
import { hello, on } from "../../lib/state.js";
import { noteOurs } from "./ours.js";

/**
 * @typedef {object} Order
 * @property {number} number ours: an order has one before it has a correlation
 * @property {string} station
 * @property {string} where
 * @property {string} command of contracts of datapoints; "call": any action
 * @property {string | null} action of a call
 * @property {any} value
 * @property {string | null} correlation
 * @property {string} stage asked, sent, the word of the outcome, in_force, failed
 * @property {any} outcome the outcome object, once there is one
 * @property {ApiError | null} problem it was not taken, or nobody knows what became of it
 * @property {string | null} seen what shows that it took effect, or failed
 * @property {{name: string, value: number, unit: string} | null} measured the same of a limit, in its parts
 * @property {boolean | null} wasAbove of a limit that is kept: whether more flowed before
 * @property {boolean} failed seen to fail, after it was accepted
 * @property {string | null} file of a log that has come: its name among what the station has sent
 * @property {Record<string, string>} times of each stage, ISO 8601
 * @property {boolean} isOurs given on this page: its answer is waited for
 * @property {boolean} isOurPast given on this page before it was loaded again
 * @property {boolean} isPast the stream of events was lost since: what was asked may be other now
 * @property {boolean} isTold the value is as the connector told it: it can be shown
 */

const MOST = 100;
/** A station may be given minutes for one answer, and several messages for one command. */
const PATIENCE_MS = 300_000;
const LIMITS = new Set(["power_limit", "current_limit", "charging_schedule", "send_charging_profile", "enabled"]);

/** @type {Map<string, import("@preact/signals").Signal<Order[]>>} newest first */
const lists = new Map();
let last = 0;

/** The orders of a station as a signal, newest first. @param {string} station */
export function ordersOf(station) {
  let found = lists.get(station);
  if (!found) lists.set(station, (found = signal(/** @type {Order[]} */ ([]))));
  return found;
}

/** Whether it has not ended. @param {Order} order */
export const isRunning = (order) => !order.outcome && !order.problem;

/**
 * Whether it ended well without a message to the station: "unchanged", or kept for after a pause.
 * @param {Order} order
 */
export function wasNotSent({ outcome, isTold, times }) {
  if (outcome?.outcome !== "accepted" || outcome.kept) return false;
  const [why] = String(outcome.detail ?? "").split(", ");
  return why === "paused" || why === "unchanged" || Boolean(isTold && times.asked && !times.sent);
}

/** Whether a command is about limits. @param {string} command */
export const isLimit = (command) => LIMITS.has(command);

/**
 * Gives a command, and waits for its outcome.
 * @param {string} station @param {string} where @param {string} command @param {any} value
 * @param {(order: Order) => void} [onBegin] told at once which it is
 * @returns {Promise<Order>}
 */
export function give(station, where, command, value, onBegin) {
  const order = begin({ station, where, command, action: null, value });
  onBegin?.(order);
  return follow(order, post(path`stations/${station}/${where}/${command}`, { value }, { timeoutMs: PATIENCE_MS }));
}

/**
 * Sends a call of OCPP, and waits for its outcome.
 * @param {string} station @param {string} action @param {object} payload
 * @param {(order: Order) => void} [onBegin] @returns {Promise<Order>}
 */
export function call(station, action, payload, onBegin) {
  const order = begin({ station, where: "0", command: "call", action, value: payload });
  onBegin?.(order);
  return follow(order, post(path`stations/${station}/calls`, { action, payload }, { timeoutMs: PATIENCE_MS }));
}

/** @param {Pick<Order, "station" | "where" | "command" | "action" | "value">} what @returns {Order} */
function begin(what) {
  const at = new Date().toISOString();
  const order = blank({ ...what, isOurs: true, times: { asked: at } });
  put(order);
  return order;
}

/** An order of which only this is known. @param {any} known @returns {Order} */
export const blank = (known) => ({
  number: (last += 1),
  action: null,
  value: undefined,
  correlation: null,
  stage: "asked",
  outcome: null,
  problem: null,
  seen: null,
  measured: null,
  wasAbove: null,
  failed: false,
  file: null,
  times: {},
  isOurs: false,
  isOurPast: false,
  isPast: false,
  isTold: false,
  ...known,
});

/** @param {Order} order @param {Promise<any>} answer */
async function follow({ station, number }, answer) {
  try {
    const outcome = await answer;
    settle(station, number, outcome.correlation);
    noteOurs(outcome.correlation);
    return change(station, number, (now) => ended(now, outcome));
  } catch (problem) {
    const told = problem instanceof ApiError ? problem : new ApiError(String(problem), 0);
    return change(station, number, (now) => (now.outcome ? now : { ...now, problem: told }));
  }
}

/**
 * The answer tells which news were of this order: those that were taken for somebody else's
 * (two people gave the same, or what was shown of a secret differs) are put right.
 * @param {string} station @param {number} number @param {string} correlation
 */
function settle(station, number, correlation) {
  const list = ordersOf(station);
  const own = list.peek().find((each) => each.number === number);
  if (!own || own.correlation === correlation) return;
  const twin = list.peek().find((each) => each.correlation === correlation);
  const known = twin ?? { stage: "asked", outcome: null, seen: null, measured: null, wasAbove: null, failed: false, file: null, times: { asked: own.times.asked } };
  const right = { ...own, ...known, correlation, number, isOurs: true };
  const wrong = own.correlation ? [{ ...own, number: (last += 1), isOurs: false }] : [];
  const kept = list.peek().filter((each) => each !== twin);
  list.value = kept.flatMap((each) => (each === own ? [right, ...wrong] : [each]));
}

/** @param {Order} order @param {any} outcome @returns {Order} */
function ended(order, outcome) {
  // The event may have been quicker, and may have told of the effect already.
  if (order.outcome) return { ...order, outcome };
  const at = new Date(outcome.timestamp).toISOString();
  const { correlation, outcome: stage } = outcome;
  return { ...order, correlation, stage, outcome, times: { ...order.times, [stage]: at } };
}

/** @param {Order} order */
function put(order) {
  const list = ordersOf(order.station);
  list.value = [order, ...list.peek()].slice(0, MOST);
}

/** The newest first, as many as are kept. @param {Order[]} orders */
export const inOrder = (orders) => [...orders].sort((a, b) => timeOf(b).localeCompare(timeOf(a))).slice(0, MOST);

/** @param {string} station @param {number} number @param {(order: Order) => Order} to */
function change(station, number, to) {
  const list = ordersOf(station);
  const changed = list.peek().map((each) => (each.number === number ? to(each) : each));
  list.value = changed;
  return changed.find((each) => each.number === number) ?? blank({ station, number });
}

on("outcome", (told) => {
  const list = lists.get(told.station);
  if (!list) return;
  const known = list.peek().find((each) => each.correlation === told.correlation) ?? awaited(list.peek(), told);
  if (known) change(told.station, known.number, (order) => advanced(order, told));
  else put(advanced(blank({ ...whatOf(told), isOurs: false }), told));
  // News of what others gave come after what was given here meanwhile.
  list.value = inOrder(list.peek());
});

/** @param {any} told @returns {Pick<Order, "station" | "where" | "command" | "action" | "value">} */
export const whatOf = ({ station, where, command, action, value }) => ({
  station,
  where,
  command,
  action,
  value: command === "call" ? value?.payload : value,
});

let run = hello.peek()?.started ?? "";

/** What was told meanwhile is not known; a connector that began again has let go what ran. */
on("up", ({ started }) => {
  const isAnother = run !== "" && run !== started;
  run = started;
  for (const list of lists.values()) list.value = list.peek().map((each) => afterUp(each, isAnother));
});

/** @param {Order} order @param {boolean} isAnother @returns {Order} */
function afterUp(order, isAnother) {
  if (!isRunning(order)) return { ...order, isPast: true };
  // The answer to ours tells what became of it.
  if (order.isOurs || !isAnother) return order;
  return { ...order, isPast: true, problem: new ApiError("The connector was started again before its end was told.", 0) };
}

/** The one of ours that this is the first news of: its answer will bring the correlation. */
export const awaited = (/** @type {Order[]} */ orders, /** @type {any} */ told) =>
  orders.findLast(
    (each) =>
      each.isOurs &&
      !each.correlation &&
      isRunning(each) &&
      each.where === told.where &&
      each.command === told.command &&
      each.action === told.action &&
      JSON.stringify(each.value) === JSON.stringify(whatOf(told).value),
  );

/** Whether nobody gave it now: the connector brings what it keeps to a station that is back. @param {any} order */
export const isAgain = (order) => order.isTold && !order.times.asked && order.value === null;

/** What became of it, once what was kept has come to the station. @param {Order} order */
export function brought(order) {
  const { station, where, command, outcome, times } = order;
  if (!outcome?.kept) return order;
  const isIt = (/** @type {Order} */ each) => isAgain(each) && each.where === where && each.command === command && timeOf(each) >= times[outcome.outcome];
  return ordersOf(station).value.find(isIt) ?? order;
}

/** @param {Order} order @param {any} told @returns {Order} */
function advanced(order, told) {
  const { stage, correlation, time, outcome, seen, measured, was_above: wasAbove, failed, file } = told;
  if (order.isOurs) noteOurs(correlation);
  return {
    ...order,
    // As the connector tells it, secrets are blanked.
    value: whatOf(told).value,
    isTold: true,
    correlation,
    stage: order.stage === "in_force" ? order.stage : stage,
    outcome: outcome ?? order.outcome,
    seen: seen ?? order.seen,
    measured: measured ?? order.measured,
    wasAbove: wasAbove ?? order.wasAbove,
    failed: seen ? failed : order.failed,
    file: file ?? order.file,
    times: { ...order.times, [stage]: time },
  };
}

/**
 * The newest order about limits at a place that changed what is asked; undefined: none is known.
 * @param {string} station @param {string} where
 */
export const limitOrder = (station, where) => limitOrders(station, where).find((each) => !isTurnedDown(each));

/**
 * The newest order about limits at a place, if it changed nothing: what was asked before holds.
 * @param {string} station @param {string} where
 */
export function turnedDown(station, where) {
  const [newest] = limitOrders(station, where);
  return newest && isTurnedDown(newest) ? newest : undefined;
}

/** @param {string} station @param {string} where */
const limitOrders = (station, where) => ordersOf(station).value.filter((each) => each.where === where && isLimit(each.command) && !isLost(each));

/**
 * Whether nothing shows that it ever came to the connector, or that it is what the connector keeps.
 * @param {Order} order
 */
const isLost = ({ problem, outcome, isTold, isPast }) => Boolean(problem) && !outcome && (isPast || !isTold);

/** Whether the connector itself said no. @param {Order} order */
function isTurnedDown({ outcome, times, isTold }) {
  if (!outcome || outcome.kept || times.sent) return false;
  return ["invalid", "unsupported"].includes(outcome.outcome) || Boolean(outcome.outcome === "rejected" && isTold && times.asked);
}

/** When it was asked, or the first that is known of it. @param {Order} order */
export const timeOf = (order) => order.times.asked ?? Object.values(order.times)[0] ?? "";
