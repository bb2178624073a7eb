// @ts-check
/** How a command fares: asked, sent, accepted and in force are distinct. */
import { html } from "../lib/html.js";
import { duration } from "../lib/format.js";
import { Badge } from "./status.js";

const OUTCOMES = {
  accepted: ["ok", "✓", "Accepted"],
  rejected: ["bad", "✕", "Rejected"],
  error: ["bad", "!", "Error"],
  timeout: ["bad", "…", "No answer"],
  disconnected: ["warn", "✕", "Not connected"],
  superseded: ["off", "→", "Overtaken by a newer one"],
  queue_full: ["warn", "!", "Too many waiting"],
  invalid: ["bad", "!", "Invalid"],
  unsupported: ["warn", "–", "Not supported"],
};
/** Of a station that is away: nothing went wrong. */
const LATER = ["busy", "◐", "Kept for later"];
/** Of a limit: it counts when the pause is over. */
const PAUSED = ["idle", "‖", "Kept until the pause is over"];
const STAGES = {
  asked: ["busy", "○", "Asked"],
  sent: ["busy", "◐", "Sent"],
  accepted: ["ok", "✓", "Accepted"],
  in_force: ["live", "●", "In force"],
};

/** Whether an outcome says that the station did not do it. @param {any} outcome */
export const isRefused = (outcome) => Boolean(outcome) && outcome.outcome !== "accepted";

/** Whether it waits for the station to come back. @param {any} outcome */
export const isLater = ({ outcome, kept }) => kept && outcome === "disconnected";

/** @param {any} outcome */
const isPaused = ({ outcome, detail }) => outcome === "accepted" && /^paused(,|$)/.test(detail ?? "");

/** As the connector says that an answer of a station was none. */
const UNREADABLE = "an answer that cannot be understood";

/** Whether the station answered what it should not. @param {any} outcome */
export const isUnreadable = ({ outcome, detail }) => outcome === "error" && String(detail).startsWith(UNREADABLE);

/** Whether the station may have done it, and nobody knows. @param {any} outcome */
export const isUncertain = (outcome) => outcome.outcome === "timeout" || isUnreadable(outcome);

/** What is said beside an outcome's word: "Rejected, Rejected" says it once. @param {any} outcome @returns {string} */
export const detailOf = ({ outcome, detail }) => (String(detail ?? "").toLowerCase() === outcome ? "" : detail ?? "");

/** As the connector says that a limit has no transaction to hold for. */
const WHEN_STARTED = "applies when a transaction starts";

/** Whether the station said no for now, and the connector gives it again. @param {any} outcome */
export const isPostponed = (outcome) => Boolean(outcome?.kept) && outcome.outcome === "rejected";

/** What becomes of it then. @param {any} outcome */
export const postponed = ({ detail }) =>
  String(detail).endsWith(WHEN_STARTED)
    ? "The station takes no limit now; it is kept for the next transaction."
    : `It does not hold now${detail ? ` (${detail})` : ""}; it is kept.`;

/** @param {any} outcome */
const badgeOf = (outcome) => (isLater(outcome) ? LATER : isPaused(outcome) ? PAUSED : OUTCOMES[outcome.outcome]);

/**
 * @param {{outcome?: any, stage?: string | null}} props outcome: the object of
 * datapoints.md, or null while there is none; stage: how far it came
 */
export function OutcomeLine({ outcome, stage }) {
  const isInForce = stage === "in_force";
  const known = outcome && !isInForce ? badgeOf(outcome) : STAGES[stage ?? "asked"];
  const [tone, shape, text] = known ?? ["idle", "·", outcome?.outcome ?? stage];
  const detail = outcome && !isPaused(outcome) && detailOf(outcome);
  const took = outcome?.duration_ms;
  return html`<span class="outcome">
    <${Badge} tone=${tone} shape=${shape}>${text}</${Badge}>
    ${detail && html`<span class="detail">${detail}</span>`}
    ${took >= 1 &&
    html`<span class="muted num">${took < 1000 ? `${Math.round(took)} ms` : duration(took / 1000)}</span>`}
  </span>`;
}
