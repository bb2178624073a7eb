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

/**
 * @param {{outcome?: any, stage?: string | null}} props outcome: the object of
 * datapoints.md, or null while there is none; stage: how far it came
 */
export function OutcomeLine({ outcome, stage }) {
  const isInForce = stage === "in_force";
  const known = outcome && !isInForce ? (isLater(outcome) ? LATER : OUTCOMES[outcome.outcome]) : STAGES[stage ?? "asked"];
  const [tone, shape, text] = known ?? ["idle", "·", outcome?.outcome ?? stage];
  const detail = outcome && detailOf(outcome);
  const took = outcome?.duration_ms;
  return html`<span class="outcome">
    <${Badge} tone=${tone} shape=${shape}>${text}</${Badge}>
    ${detail && html`<span class="detail">${detail}</span>`}
    ${took >= 1 &&
    html`<span class="muted num">${took < 1000 ? `${Math.round(took)} ms` : duration(took / 1000)}</span>`}
  </span>`;
}
