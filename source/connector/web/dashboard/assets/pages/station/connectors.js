// @ts-check
/** Each connector as it is now: what flows, who charges, what limit holds. */
import { html, useEffect, useRef } from "../../lib/html.js";
import { current, dateTime, energy, number, power, shortTime, UNKNOWN, value as withUnit } from "../../lib/format.js";
import { isHeld } from "../../lib/hold.js";
import { keyOf } from "../../lib/keys.js";
import { href } from "../../lib/router.js";
import { value } from "../../lib/state.js";
import { StatusBadge } from "../../parts/status.js";
import { Elapsed } from "../../parts/time.js";
import { CloseButton } from "../transactions/closing.js";
import { Excess } from "./excess.js";
import { LimitSteps } from "./limits.js";
import { mainPlaces, partPlaces, placeName } from "./naming.js";
import { LimitForm, StartStop } from "./quick.js";

const PHASES = ["L1", "L2", "L3"];

/** @param {{view: any, keys: string[], chosen?: string}} props */
export function Connectors({ view, keys, chosen }) {
  const known = mainPlaces(view).map((where) => view.connectors.find((each) => each.where === where) ?? { where, status: null, transaction: null, limit: null });
  const isShared = known.length > 1 || (view.limit?.power_limit_asked ?? view.limit?.current_limit_asked ?? null) !== null;
  return html`<div class="connectors">
    ${known.map((place) => html`<${Connector} key=${place.where} view=${view} place=${place} keys=${keys} isChosen=${place.where === chosen} />`)}
    ${isShared && html`<${Whole} view=${view} keys=${keys} />`}
  </div>`;
}

/** @param {any} props */
function Connector({ view, place, keys, isChosen }) {
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (isChosen && !isHeld()) own.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  const name = placeName(view, place.where);
  const isTold = view.registration === "Accepted";
  return html`<section class=${`card connector ${view.connected ? "" : "is-off"}`} aria-label=${name} ref=${own}>
    <div class="card-head"><h2>${name}</h2><${StatusBadge} status=${place.status} error=${place.error_code} isPast=${!view.connected} /></div>
    <div class="connector-body">
      <div class="connector-half">
        <${Trouble} view=${view} place=${place} />
        <${Figures} view=${view} where=${place.where} keys=${keys} isRunning=${Boolean(place.transaction)} />
        <${Session} view=${view} place=${place} />
        <${Parts} view=${view} where=${place.where} />
        ${isTold && html`<${StartStop} key=${place.transaction ? "stop" : "start"} view=${view} place=${place} />`}
      </div>
      ${isTold && html`<div class="connector-half">
        <${LimitSteps} view=${view} where=${place.where} limit=${place.limit} status=${place.status} />
        <${Excess} view=${view} place=${place} />
        <${LimitForm} view=${view} where=${place.where} limit=${place.limit} />
      </div>`}
    </div>
  </section>`;
}

/** What the station says is wrong. @param {any} props */
function Trouble({ view, place }) {
  const own = value(view.station, place.where, "vendor_error_code").value?.value;
  const code = place.error_code && place.error_code !== "NoError" ? place.error_code : null;
  if (!code && !own) return null;
  return html`<p class="trouble small wrap">Error: ${[code, own].filter(Boolean).join(", ")}</p>`;
}

/** @param {any} props */
function Whole({ view, keys }) {
  return html`<section class=${`card connector ${view.connected ? "" : "is-off"}`} aria-label="Whole station">
    <div class="card-head"><h2>Whole station</h2>${view.status && html`<${StatusBadge} status=${view.status} error=${view.error_code} isPast=${!view.connected} />`}</div>
    <${Figures} view=${view} where="0" keys=${keys} />
    <p class="muted small">A limit here holds for all connectors together, beside their own.</p>
    ${view.registration === "Accepted" && html`<${LimitSteps} view=${view} where="0" limit=${view.limit} />
    <${LimitForm} view=${view} where="0" limit=${view.limit} />`}
  </section>`;
}

/** The connectors of an EVSE that has several. @param {any} props */
function Parts({ view, where }) {
  const parts = partPlaces(view).filter((each) => each.startsWith(`${where}.`));
  if (parts.length === 0) return null;
  return html`<ul class="parts">
    ${parts.map((each) => {
      const { status, error_code: error } = view.connectors.find((one) => one.where === each);
      return html`<li class="row between" key=${each}>${placeName(view, each)} <${StatusBadge} status=${status} error=${error} isPast=${!view.connected} /></li>`;
    })}
  </ul>`;
}

/** @param {any} props */
function Stat({ label, figure, sub }) {
  return html`<div class="stat"><dt class="label">${label}</dt><dd class="figure">${figure}${sub && html`<span class="sub">${sub}</span>`}</dd></div>`;
}

/** Those of one measurand by phase: "15.9 / 15.8 / 15.9 A". @param {any} props */
function figureOf(id, where, name, keys) {
  const whole = value(id, where, name).value;
  const phases = PHASES.filter((phase) => keys.includes(keyOf(id, where, name, phase)));
  const parts = phases.map((phase) => value(id, where, name, phase).value?.value);
  return { whole: whole?.value ?? null, unit: whole?.unit ?? null, phases, parts };
}

/** @param {any} props */
function Figures({ view, where, keys, isRunning }) {
  const id = view.station;
  const watts = figureOf(id, where, "Power.Active.Import", keys);
  const amperes = figureOf(id, where, "Current.Import", keys);
  const volts = figureOf(id, where, "Voltage", keys);
  const register = figureOf(id, where, "Energy.Active.Import.Register", keys);
  const charge = figureOf(id, where, "SoC", keys);
  const session = figureOf(id, where, "session_energy", keys);
  const isMeter = where === "0";
  const has = (name) => keys.includes(keyOf(id, where, name));
  if (isMeter && !has("Power.Active.Import") && !has("Energy.Active.Import.Register")) return null;
  return html`<dl class="figures live-values">
    <${Stat} label="Power" figure=${power(watts.whole)} />
    ${!isMeter && html`<${Stat} label=${isRunning || session.whole === null ? "Session" : "Last session"} figure=${energy(session.whole)} />`}
    <${Stat} label="Current" figure=${current(amperes.whole)} sub=${byPhase(amperes, (a) => number(Math.round(a * 10) / 10))} />
    ${volts.whole !== null && html`<${Stat} label="Voltage" figure=${`${number(Math.round(volts.whole))} V`} sub=${byPhase(volts, (v) => number(Math.round(v)))} />`}
    <${Stat} label="Meter" figure=${energy(register.whole)} />
    ${charge.whole !== null && html`<${Stat} label="State of charge" figure=${withUnit(charge.whole, "%")} />`}
  </dl>`;
}

/** @param {any} figure @param {(each: number) => string} text */
function byPhase({ phases, parts }, text) {
  if (phases.length < 2) return null;
  // Each stays in one piece where all of them do not fit beside each other.
  return parts.map((each, at) => html`<span key=${phases[at]}>${phases[at]} ${typeof each === "number" ? text(each) : UNKNOWN} </span>`);
}

/** Why nothing flows though a transaction runs, by status. @type {Record<string, string>} */
const WAITS = {
  SuspendedEV: "the vehicle takes nothing now",
  SuspendedEVSE: "the station gives nothing now",
  Finishing: "it has ended charging",
  Faulted: "the station is faulted",
  Unavailable: "it is out of service",
};

/** Why nothing flows now; undefined: it does. @param {string} id @param {any} place */
function waitsFor(id, { where, status }) {
  // Some say so while they charge.
  if (status === "Preparing") return value(id, where, "Power.Active.Import").value?.value > 0 ? undefined : "it has not begun to charge";
  return WAITS[status];
}

/** @param {any} props */
function Session({ view, place }) {
  const running = place.transaction;
  if (!running) return html`<p class="muted small">No transaction runs.</p>`;
  const record = html`${" · "}<a href=${href(["transactions", running.key])} title=${running.id}>Transaction ${short(running.id)}</a>`;
  if (running.unconfirmed_since) return html`<${Unconfirmed} view=${view} place=${place} record=${record} />`;
  if (!view.connected) return html`<p class="session muted wrap"><strong>${running.token || "No token"}</strong> was charging when it was last seen${record}</p>`;
  const waits = waitsFor(view.station, place);
  return html`<p class="session wrap">
    <strong>${running.token || "No token"}</strong> ${waits ? "has been here" : "charges"} for <${Elapsed} since=${running.start} />, since <time datetime=${running.start}>${shortTime(running.start)}</time>${waits && `: ${waits}`}
    ${record}
  </p>`;
}

/** One that the station may have lost. @param {any} props */
function Unconfirmed({ view, place, record }) {
  const { key, token, unconfirmed_since: since } = place.transaction;
  return html`<p class="session unconfirmed wrap">
      <strong>${token || "No token"}</strong> is not confirmed since the station restarted, <time datetime=${since} title=${dateTime(since)}>${shortTime(since)}</time>
      ${record}
    </p>
    <div class="row"><${CloseButton} small id=${key} isOnStation label=${`Close it: the transaction at ${placeName(view, place.where)}`} /></div>`;
}

/** UUIDs are for machines: their beginning tells them apart. @param {string} id */
const short = (id) => (id.length > 12 ? `${id.slice(0, 8)}…` : id);
