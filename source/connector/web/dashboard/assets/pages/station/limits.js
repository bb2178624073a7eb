// @ts-check
/** A limit on its way: asked, sent, accepted, in force, effective, each in words. */
import { html } from "../../lib/html.js";
import { moment, power } from "../../lib/format.js";
import { AWAY, isMet, isUnmet } from "../../lib/fleet.js";
import { value } from "../../lib/state.js";
import { isUncertain } from "../../parts/outcome.js";
import { Badge } from "../../parts/status.js";
import { isHeldBelowLeast, pausesBelow } from "./least.js";
import { isAgain, isRunning, limitOrder, turnedDown, wasNotSent } from "./orders.js";
import { Seen } from "./progress.js";
import { commandName, limitOf, limitText } from "./words.js";

/**
 * @param {any} order the newest about this limit @param {any} limit of the StationView
 * @param {boolean} isHere whether the station is connected
 * @returns {[string, string, string, any][]} tone, shape, word, more
 */
function steps(order, limit, isHere) {
  const asked = askedNow(order) ?? limitText(limit?.power_limit_asked, limit?.current_limit_asked);
  const has = limitText(limit?.power_limit, limit?.current_limit);
  const wanted = isPauseAsked(order, limit) ? pauseText(asked) : asked;
  return [
    wanted ? ["done", "✓", "Asked", wanted] : ["none", "○", "Asked", "no limit"],
    sent(order, asked, has),
    accepted(order, asked, has, limit),
    inForce(limit, asked, has, isHere),
    !isHere || limit?.power_limit_effective === null || limit?.power_limit_effective === undefined
      ? ["none", "○", "Effective", "not known"]
      : ["done", "✓", "Effective", `${power(limit.power_limit_effective)}, the smallest of all that hold`],
  ];
}

/** @param {any} limit @param {string | null} asked @param {string | null} has @param {boolean} isHere @returns {[string, string, string, any]} */
function inForce(limit, asked, has, isHere) {
  if (!isHere && has) return ["none", "○", "In force", `${AWAY} (last: ${has})`];
  if (!has) return ["none", "○", "In force", asked ? "none, or not known" : "no limit"];
  return isUnmet(limit) ? ["bad", "▲", "In force", `${has}, not what was asked`] : ["done", "✓", "In force", has];
}

/** Whether a pause is what is asked: what a limit asks counts when it is over. @param {any} order @param {any} limit */
function isPauseAsked(order, limit) {
  const isNews = order && order.command === "enabled" && isRunning(order) && typeof order.value === "boolean";
  return isNews ? !order.value : limit?.enabled === false;
}

/** @param {string | null} asked the limit beside it */
const pauseText = (asked) => (asked ? `a pause; ${asked} when it is over` : "a pause");

/** What was just asked: the station's view tells it a moment later. @param {any} order */
function askedNow(order) {
  if (!order?.times.asked || order.problem || order.isPast) return null;
  if (order.outcome && !["accepted", "rejected"].includes(order.outcome.outcome)) return null;
  return limitOf(order);
}

/** What was given last and changed nothing. @param {{order: any}} props */
function TurnedDown({ order }) {
  const { detail, outcome } = order.outcome;
  return html`<p class="small wrap"><${Badge} tone="bad" shape="✕">Refused</${Badge}> ${limitOf(order) ?? commandName(order)}: ${detail || outcome}. What was asked before stays.</p>`;
}

/** Of what the connector does not keep any more: it was started since. */
const SOME_TIME = "when is not known";

/**
 * @param {any} order @param {string | null} asked @param {string | null} has
 * @returns {[string, string, string, any]}
 */
function sent(order, asked, has) {
  if (!order) return unordered("Sent", asked, has);
  if (order.times.sent && !wasNotSent(order)) return ["done", "✓", "Sent", moment(order.times.sent)];
  if (isRunning(order)) return ["wait", "◐", "Sent", "waits for its turn"];
  if (order.outcome?.kept) return ["wait", "◐", "Sent", "when the station can take it"];
  if (wasNotSent(order)) return ["none", "○", "Sent", `nothing: ${order.outcome.detail || "it was not needed"}`];
  if (isAgain(order)) return ["done", "✓", "Sent", againText(order.outcome)];
  if (["accepted", "error", "timeout"].includes(order.outcome?.outcome)) return ["done", "✓", "Sent", SOME_TIME];
  return has ? ["done", "✓", "Sent", "before"] : ["none", "○", "Sent", order.isTold || order.isOurs ? "nothing" : "not known"];
}

/** Only the end of it is told. @param {any} outcome */
const againText = ({ outcome, timestamp }) => (outcome === "timeout" ? `again; no answer by ${moment(timestamp)}` : `again, ${moment(timestamp)}`);

/**
 * @param {any} order @param {string | null} asked @param {string | null} has @param {any} limit
 * @returns {[string, string, string, any]}
 */
function accepted(order, asked, has, limit) {
  if (!order && limit?.refused) return ["bad", "✕", "Accepted", "no: the station refused it; what held before goes on"];
  if (!order) return unordered("Accepted", asked, limit && !isMet(limit) ? null : has);
  const { outcome } = order;
  if (isRunning(order)) return ["wait", "◐", "Accepted", "no answer yet"];
  if (isUnknown(order)) return has && isMet(limit) ? ["done", "✓", "Accepted", "later, when it was sent again"] : ["none", "○", "Accepted", unknownText(order)];
  if (outcome?.kept) return ["wait", "◐", "Accepted", `not yet: ${outcome.detail || outcome.outcome}`];
  if (outcome && outcome.outcome !== "accepted") return ["bad", "✕", "Accepted", `no: ${outcome.detail || outcome.outcome}`];
  if (outcome && wasNotSent(order)) return ["none", "○", "Accepted", "nothing was sent"];
  if (outcome) return ["done", "✓", "Accepted", [moment(outcome.timestamp), outcome.detail].filter(Boolean).join(", ")];
  return has ? ["done", "✓", "Accepted", "before"] : ["none", "○", "Accepted", "nothing"];
}

/** Whether it may hold, and nobody told. @param {any} order */
const isUnknown = ({ problem, outcome }) => (outcome ? isUncertain(outcome) : Boolean(problem));

/** @param {any} order */
const unknownText = ({ outcome }) => (outcome ? `not known: ${outcome.detail}; it is sent again by itself` : "not known");

/**
 * Where no order is known, only what the connector itself remembers of the limit.
 * @param {string} word @param {string | null} asked @param {string | null} has
 * @returns {[string, string, string, any]}
 */
function unordered(word, asked, has) {
  if (has) return ["done", "✓", word, SOME_TIME];
  return ["none", "○", word, asked ? "not known" : "nothing"];
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Said before what stands beside it, which is enough where it has not come so far. */
const STATES = { done: " done:", wait: " under way:", bad: " failed:", none: "" };

/** Whether nothing flows because the limit is below the least current. @param {any} props */
function isPausedByLimit({ view, where, limit, status }) {
  if (!view.connected || status !== "SuspendedEVSE" || limit?.enabled === false || !(limit?.power_limit > 0)) return false;
  return isHeldBelowLeast(view, where) && !(value(view.station, where, "Power.Active.Import").value?.value > 0);
}

/** @param {{view: any, where: string, limit: any, status?: string | null}} props */
export function LimitSteps({ view, where, limit, status }) {
  const order = limitOrder(view.station, where);
  const refused = turnedDown(view.station, where);
  const range = [
    pausesBelow(view, where, limit?.limit_min),
    limit?.limit_max === null || limit?.limit_max === undefined ? null : `at most ${power(limit.limit_max)}`,
  ].filter(Boolean);
  return html`<div class="limit-steps">
    <h3>Limit ${limit?.enabled === false && html`<${Badge} tone="warn" shape="‖">Paused by us</${Badge}>`}</h3>
    <ol>
      ${steps(order, limit, view.connected).map(([kind, shape, word, more]) => html`<li key=${word} class=${kind}>
        <span class="shape" aria-hidden="true">${shape}</span>
        <span class="word">${word}<span class="visually-hidden">,${STATES[kind]}</span></span>
        <span class="more num wrap">${more}</span>
      </li>`)}
    </ol>
    ${refused && html`<${TurnedDown} order=${refused} />`}
    ${isPausedByLimit({ view, where, limit, status })
      ? html`<p class="small"><${Badge} tone="warn" shape="‖">Paused by the limit</${Badge}> ${power(limit.power_limit)} may be too little to charge with.</p>`
      : view.connected && order?.stage === "in_force" && html`<p class="small"><${Seen} order=${order} /></p>`}
    ${range.length > 0 && html`<p class="muted small">${capital(range.join("; "))}</p>`}
  </div>`;
}
