// @ts-check
/** How something that was just given fares, below the button that gave it. */
import { html, useState } from "../../lib/html.js";
import { moment } from "../../lib/format.js";
import { station } from "../../lib/state.js";
import { announce } from "../../parts/announce.js";
import { detailOf, isLater, isPostponed, isUncertain, isUnreadable, OutcomeLine, postponed } from "../../parts/outcome.js";
import { LongText } from "../../parts/long.js";
import { Notice } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { isHeldBelowLeast } from "./least.js";
import { brought, call, give, isAgain, isLimit, isRunning, ordersOf, wasNotSent } from "./orders.js";
import { FileLink } from "./uploads.js";
import { limitOf, orderName, seenText } from "./words.js";

/**
 * Gives commands, and shows the last of them: `send` for a command, `sendCall` for any action.
 * @param {any} view
 */
export function useOrder(view) {
  const [number, setNumber] = useState(0);
  const given = number ? ordersOf(view.station).value.find((each) => each.number === number) : undefined;
  const begin = (/** @type {any} */ begun) => {
    setNumber(begun.number);
    announce(`Asked: ${orderName(begun, view)}`);
  };
  /** @param {Promise<any>} ending */
  const tell = async (ending) => {
    const ended = await ending;
    announce(`${orderName(ended, view)}: ${toldOf(ended)}`);
    return ended;
  };
  return {
    order: given && brought(given),
    /** @param {string} where @param {string} command @param {any} value */
    send: (where, command, value) => tell(give(view.station, where, command, value, begin)),
    /** @param {string} action @param {any} payload */
    sendCall: (action, payload) => tell(call(view.station, action, payload, begin)),
  };
}

/** @param {any} order */
function toldOf({ outcome, problem }) {
  if (problem) return problem.message;
  if (isPostponed(outcome)) return postponed(outcome);
  return [outcome.outcome, detailOf(outcome)].filter(Boolean).join(", ");
}

/** What to do about a request that failed. @param {any} problem */
function advice({ status }) {
  if (status === 0) return "It may have been carried out all the same: look at the values and at the messages before it is given again.";
  if (status === 404) return "Load the page again: the station was forgotten meanwhile, or this connector does not know the command.";
  if (status === 409) return "Something else is in its way: change that first.";
  if (status === 422) return "Change what is named, and try again.";
  if (status === 429 || status === 503) return "Try again in some seconds.";
  return null;
}

/** @param {{problem: any}} props */
export function Refusal({ problem }) {
  const told = problem.errors?.map((each) => `${each.field}: expected ${each.expected}`).filter((text) => !problem.message.includes(text));
  return html`<${Notice} tone="bad" title=${problem.status ? "It was not taken." : "Nobody knows what became of it."}>
    ${problem.message} ${told?.join("; ")}<p>${advice(problem)}</p>
  </${Notice}>`;
}

/**
 * @param {{order: any, isLong?: boolean, hasHint?: boolean}} props isLong: with what the
 * station answered; hasHint: with what can be done now
 */
export function Progress({ order, isLong = true, hasHint = true }) {
  if (!order) return null;
  if (order.problem && !order.outcome) return html`<${Refusal} problem=${order.problem} />`;
  const { outcome, stage, times } = order;
  return html`<div class="stack tight progress">
    <div class="row">
      ${isPostponed(outcome) ? null : html`<${OutcomeLine} outcome=${outcome} stage=${outcome ? null : stage} />`}
      ${times.sent && outcome && !wasNotSent(order) && html`<span class="muted small num">sent ${moment(times.sent)}</span>`}
      ${isAgain(order) && html`<span class="muted small num">sent again ${moment(outcome.timestamp)}</span>`}
      ${outcome?.kept && !isLater(outcome) && html`<${Badge} tone="busy" shape="◐">Kept for later</${Badge}>`}
      ${isPostponed(outcome) && html`<span>${postponed(outcome)}</span>`}
      <${Seen} order=${order} />
      ${isRunning(order) && stage === "sent" && html`<span class="muted small">The station has not answered yet.</span>`}
    </div>
    ${reasonOf(outcome?.response) && html`<p class="small wrap">The station says: <${LongText} text=${reasonOf(outcome.response)} /></p>`}
    ${hasHint && outcome && hintOf(order) && html`<p class="muted small">${hintOf(order)}</p>`}
    ${isLong && outcome && hasContent(outcome.response) && html`<details class="small"><summary>What the station answered</summary><pre class="station-json" tabindex="0">${JSON.stringify(outcome.response, null, 2)}</pre></details>`}
  </div>`;
}

/** What shows that it took effect, is at least kept, or failed. @param {{order: any}} props */
export function Seen({ order }) {
  if (!order.seen || wasNotSent(order)) return null;
  const told = seenText(order);
  if (order.failed) return html`<span><${Badge} tone="bad" shape="✕">Failed afterwards</${Badge}> ${told}</span>`;
  if (isStopped(order)) return html`<span><${Badge} tone="warn" shape="‖">Paused by the limit</${Badge}> ${told}: ${limitOf(order)} may be too little to charge with.</span>`;
  // A limit that is above what flows anyway shows nothing.
  if (isLimit(order.command) && !isResume(order) && !order.wasAbove)
    return html`<span><${Badge} tone="idle" shape="✓">Kept</${Badge}> ${told}${order.wasAbove === false ? ": it was not above the limit before, either." : ""}</span>`;
  return html`<span><${Badge} tone="live" shape="●">Seen to take effect</${Badge}> ${told}${order.file && html` <${FileLink} station=${order.station} name=${order.file} />`}</span>`;
}

/** @param {any} order */
const isResume = ({ command, value }) => command === "enabled" && [true, "true", "ON"].includes(value);

/** Whether nothing flows though some was allowed, as long as that is so. @param {any} order */
const isStopped = ({ station: id, where, command, value, measured }) =>
  ["power_limit", "current_limit"].includes(command) && value > 0 && measured?.value === 0 && isHeldBelowLeast(station(id).value, where);

/** Why, in the words of a station of OCPP 2.x; "": it gave none. @param {any} response @returns {string} */
function reasonOf(response) {
  if (!response || typeof response !== "object") return "";
  const { statusInfo: info } = response;
  if (info && typeof info === "object") return [info.reasonCode, info.additionalInfo].filter(Boolean).join(", ");
  return Object.values(response).map(reasonOf).find(Boolean) ?? "";
}

/** @param {any} response */
const hasContent = (response) => response !== null && response !== undefined && JSON.stringify(response) !== "{}";

const HINTS = {
  rejected: "The station said no. Some say why in their own log, or only take this in another state (a vehicle plugged in, no transaction).",
  error: "The station could not deal with the message. The messages show what it wrote.",
  unreadable: "What the station answered cannot be understood: it may have done it all the same. The messages show what it wrote.",
  timeout: "The station did not answer in time: it may do it all the same. Is its link good?",
  queue_full: "Too many commands wait for this station: try again when they have ended.",
  unsupported: "Its OCPP version, or the station itself, does not have this.",
  invalid: "Nothing was sent: change what is named.",
};

/** Of a limit that nobody knows of. */
const AGAIN = "It is sent again by itself.";

/** What to do now. @param {any} order */
function hintOf({ command, outcome, times }) {
  if (isPostponed(outcome) || isLater(outcome)) return null; // It is said already.
  if (outcome.kept) return "It is kept, and sent when the station can take it.";
  if (outcome.outcome === "disconnected") return "Nothing is kept: give it again when the station is back.";
  if (isUncertain(outcome)) return [HINTS[isUnreadable(outcome) ? "unreadable" : "timeout"], isLimit(command) && AGAIN].filter(Boolean).join(" ");
  // Known of what was asked while somebody looked on.
  if (outcome.outcome === "rejected" && times.asked && !times.sent) return "Nothing was sent to the station.";
  return HINTS[outcome.outcome];
}
