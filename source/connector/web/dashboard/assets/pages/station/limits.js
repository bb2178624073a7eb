// @ts-check
/** A limit on its way: asked, sent, accepted, in force, effective, each in words. */
import { html } from "../../lib/html.js";
import { clock, current, power, UNKNOWN } from "../../lib/format.js";
import { isUnmet } from "../../lib/fleet.js";
import { Badge } from "../../parts/status.js";
import { isRunning, limitOrder } from "./orders.js";

/** A limit in the unit it is known in. @param {number | null | undefined} watts @param {number | null | undefined} amperes */
export function limitText(watts, amperes) {
  const known = [
    watts === null || watts === undefined ? null : power(watts),
    amperes === null || amperes === undefined ? null : `${current(amperes)} per phase`,
  ].filter(Boolean);
  return known.join(" / ") || null;
}

/**
 * @param {any} order the newest about this limit @param {any} limit of the StationView
 * @returns {[string, string, string, any][]} tone, shape, word, more
 */
function steps(order, limit) {
  const asked = askedNow(order) ?? limitText(limit?.power_limit_asked, limit?.current_limit_asked);
  const has = limitText(limit?.power_limit, limit?.current_limit);
  const unmet = limit && isUnmet(limit);
  return [
    asked ? ["done", "✓", "Asked", asked] : ["none", "○", "Asked", "no limit"],
    sent(order, has),
    accepted(order, has),
    has ? [unmet ? "bad" : "done", unmet ? "▲" : "✓", "In force", unmet ? `${has}, not what was asked` : has] : ["none", "○", "In force", asked ? "none, or not known" : "no limit"],
    limit?.power_limit_effective === null || limit?.power_limit_effective === undefined
      ? ["none", "○", "Effective", "not known"]
      : ["done", "✓", "Effective", `${power(limit.power_limit_effective)}, the smallest of all that hold`],
  ];
}

/** What was just asked: the station's view tells it a moment later. @param {any} order */
function askedNow(order) {
  if (!order?.times.asked || order.problem || order.isPast || typeof order.value !== "number") return null;
  if (order.outcome && !["accepted", "rejected"].includes(order.outcome.outcome)) return null;
  return { power_limit: limitText(order.value, null), current_limit: limitText(null, order.value) }[order.command] ?? null;
}

/** @param {any} order @param {string | null} has @returns {[string, string, string, any]} */
function sent(order, has) {
  if (order?.times.sent) return ["done", "✓", "Sent", clock(order.times.sent)];
  if (order && isRunning(order)) return ["wait", "◐", "Sent", "waits for its turn"];
  if (order?.outcome?.kept) return ["wait", "◐", "Sent", "when the station can take it"];
  if (order?.outcome?.outcome === "accepted" && order.times.asked) return ["done", "✓", "Sent", order.outcome.detail || "nothing was needed"];
  return has ? ["done", "✓", "Sent", "before"] : ["none", "○", "Sent", UNKNOWN];
}

/** @param {any} order @param {string | null} has @returns {[string, string, string, any]} */
function accepted(order, has) {
  const outcome = order?.outcome;
  if (order && isRunning(order)) return ["wait", "◐", "Accepted", "no answer yet"];
  if (outcome?.kept) return ["wait", "◐", "Accepted", `not yet: ${outcome.detail || outcome.outcome}`];
  if (outcome && outcome.outcome !== "accepted") return ["bad", "✕", "Accepted", `no: ${outcome.detail || outcome.outcome}`];
  if (outcome) return ["done", "✓", "Accepted", [clock(outcome.timestamp), outcome.detail].filter(Boolean).join(", ")];
  return has ? ["done", "✓", "Accepted", "before"] : ["none", "○", "Accepted", UNKNOWN];
}

const STATES = { done: "done", wait: "under way", bad: "failed", none: "not so" };

/** @param {{view: any, where: string, limit: any}} props */
export function LimitSteps({ view, where, limit }) {
  const order = limitOrder(view.station, where);
  const range = [
    limit?.limit_min === null || limit?.limit_min === undefined ? null : `below ${power(limit.limit_min)} it pauses`,
    limit?.limit_max === null || limit?.limit_max === undefined ? null : `at most ${power(limit.limit_max)}`,
  ].filter(Boolean);
  return html`<div class="limit-steps">
    <h3>Limit ${limit?.enabled === false && html`<${Badge} tone="warn" shape="‖">Paused by us</${Badge}>`}</h3>
    <ol>
      ${steps(order, limit).map(([kind, shape, word, more]) => html`<li key=${word} class=${kind}>
        <span class="shape" aria-hidden="true">${shape}</span>
        <span class="word">${word}<span class="visually-hidden">, ${STATES[kind]}:</span></span>
        <span class="more num wrap">${more}</span>
      </li>`)}
    </ol>
    ${order?.stage === "in_force" && html`<p class="small"><${Badge} tone="live" shape="●">Seen to take effect</${Badge}> ${order.seen ?? ""}</p>`}
    ${range.length > 0 && html`<p class="muted small">${range.join("; ")}</p>`}
  </div>`;
}
