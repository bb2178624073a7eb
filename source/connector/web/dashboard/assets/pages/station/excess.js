// @ts-check
/** More flows than the limit in force allows: the station accepted it, and does not keep it. */
import { html } from "../../lib/html.js";
import { POWER } from "../../lib/fleet.js";
import { current, power } from "../../lib/format.js";
import { value } from "../../lib/state.js";
import { Badge } from "../../parts/status.js";

/** A vehicle is given time to come down, and a meter to tell it. */
const SETTLES_MS = 60_000;
const TOLERANCE = 0.05;

/** What flows, its limit, what meters may be wrong by, and how both are written. */
const IN_W = { flow: POWER, limit: "power_limit", slack: 100, text: power };
const IN_A = { flow: "Current.Import", limit: "current_limit", slack: 0.5, text: current };

/** @param {{view: any, place: any}} props */
export function Excess({ view, place }) {
  const found = excessOf(view, place);
  if (!found) return null;
  return html`<p class="small wrap excess"><${Badge} tone="bad" shape="▲">More flows than the limit allows</${Badge}> ${found}</p>`;
}

/** "7.20 kW, limit 0 W"; null: it is kept, or nobody can say. @param {any} view @param {any} place */
function excessOf(view, { where, transaction }) {
  if (!view.connected || !transaction || transaction.unconfirmed_since) return null;
  const known = [IN_W, IN_A].map((unit) => ({ ...unit, ...lastOf(view.station, where, unit) })).filter(isComparable);
  // Where both are known, one is worked out: more phases may be used than it was worked out with.
  if (known.length === 0 || !known.every(isAbove)) return null;
  const [{ flows, allowed, text }] = known;
  return `${text(flows.value)}, limit ${text(allowed.value)}`;
}

/** @param {string} id @param {string} where @param {typeof IN_W} unit */
const lastOf = (id, where, { flow, limit }) => ({ flows: value(id, where, flow).value, allowed: value(id, where, limit).value });

/** Whether what flows was told well after the limit was. @param {any} known */
const isComparable = ({ flows, allowed }) =>
  isNumber(flows) && isNumber(allowed) && Date.parse(flows.timestamp) - Date.parse(allowed.timestamp) >= SETTLES_MS;

/** @param {any} known */
const isAbove = ({ flows, allowed, slack }) => allowed.value >= 0 && flows.value > allowed.value * (1 + TOLERANCE) + slack;

/** @param {any} datapoint */
const isNumber = (datapoint) => typeof datapoint?.value === "number";
