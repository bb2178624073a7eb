// @ts-check
/** What is done with a connector most often: a limit, pause, start and stop. */
import { html, useState } from "../../lib/html.js";
import { ActionButton } from "../../parts/button.js";
import { Field } from "../../parts/field.js";
import { Icon } from "../../parts/icons.js";
import { numberOf, twoReadings } from "./commands/reading.js";
import { asMeant } from "./large.js";
import { placeName } from "./naming.js";
import { sendOnEnter } from "./enter.js";
import { Progress, useOrder } from "./progress.js";

/** @type {[string, string][]} */
const UNITS = [["kW", "kW"], ["W", "W"], ["A", "A per phase"]];

/** The command and the value that a limit in a unit means. @param {number} number @param {string} unit @returns {[string, number]} */
export const limitCommand = (number, unit) =>
  unit === "A" ? ["current_limit", number] : ["power_limit", unit === "kW" ? Math.round(number * 1_000_000) / 1000 : number];

/** A second click so soon is of the same hand. */
const TWICE_MS = 1500;
const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** @param {{view: any, where: string, limit: any}} props */
export function LimitForm({ view, where, limit }) {
  const [text, setText] = useState("");
  const [unit, setUnit] = useState("kW");
  const [error, setError] = useState("");
  const { order, send } = useOrder(view);
  const isPaused = limit?.enabled === false;
  const place = placeName(view, where);
  const isOurs = (limit?.power_limit_asked ?? limit?.current_limit_asked ?? null) !== null;
  async function set() {
    const found = numberOf(text, unit === "W");
    setError(found === null ? (twoReadings(text, unit === "W") ?? "A number, for example 4.1") : "");
    if (found === null) return;
    const given = await asMeant(view, where, ...limitCommand(found, unit));
    // Another one may be given while this one waits: it is overtaken.
    if (given) await Promise.race([send(where, ...given), pause(TWICE_MS)]);
  }
  return html`<form class="stack tight" aria-label=${`Limit of ${place}`} onKeyDown=${sendOnEnter} onSubmit=${(event) => event.preventDefault()}>
    <div class="limit-form">
      <${Field} label="New limit" value=${text} inputmode="decimal" error=${error} onInput=${setText} />
      <${Field} label="Unit" value=${unit} options=${UNITS} onInput=${setUnit} />
      <${ActionButton} kind="primary" label=${`Set the limit of ${place}`} run=${set}>Set</${ActionButton}>
    </div>
    <div class="row">
      <${ActionButton} small disabled=${!isOurs} label=${`Release the limit of ${place}`} run=${() => send(where, "power_limit", null)}>Release</${ActionButton}>
      ${where !== "0" && html`<${ActionButton} small label=${`${isPaused ? "Resume" : "Pause"} ${place}`} run=${() => send(where, "enabled", isPaused)}><${Icon} name=${isPaused ? "play" : "pause"} size=${14} />${isPaused ? "Resume" : "Pause"}</${ActionButton}>`}
    </div>
    <${Progress} order=${order} isLong=${false} />
  </form>`;
}

/** Statuses in which no station starts. @type {Record<string, string>} */
const NO_START = {
  Faulted: "while it is faulted",
  Unavailable: "while it is out of service",
};
const AWAY = "while the station is away";

/** @param {{view: any, place: any}} props place: as its StationView tells of it */
export function StartStop({ view, place: { where, status, transaction } }) {
  const [token, setToken] = useState("");
  const { order, send } = useOrder(view);
  const place = placeName(view, where);
  const start = () => (token.trim() ? send(where, "start", token.trim()) : send(where, "charge", true));
  const question = {
    title: `Stop charging at ${place}?`,
    text: `The transaction of ${transaction?.token ?? "the vehicle"} ends. It has to be started again to go on; a pause would not end it.`,
    action: "Stop charging",
    isDanger: true,
  };
  const isAway = !view.connected;
  const hindrance = isAway ? AWAY : transaction ? undefined : NO_START[status];
  // What the station may have lost is closed rather than stopped.
  const isMain = !isAway && !transaction?.unconfirmed_since;
  return html`<form class="stack tight" aria-label=${`Charging at ${place}`} onKeyDown=${sendOnEnter} onSubmit=${(event) => event.preventDefault()}>
    ${transaction
      ? html`<div class="row"><${ActionButton} kind=${isMain ? "danger" : ""} small disabled=${isAway} label=${`Stop charging at ${place}`} ask=${question} run=${() => send(where, "charge", false)}><${Icon} name="stop" size=${14} />Stop charging</${ActionButton}></div>`
      : html`<div class="limit-form">
          <${Field} label="Token" value=${token} onInput=${setToken} maxlength="255" placeholder="as REMOTE_ID_TOKEN" />
          <${ActionButton} kind="primary" disabled=${Boolean(hindrance)} label=${`Start charging at ${place}`} run=${start}><${Icon} name="play" size=${14} />Start</${ActionButton}>
        </div>`}
    ${hindrance && html`<p class="muted small">Nothing can be ${transaction ? "stopped" : "started"} here ${hindrance}.</p>`}
    <${Progress} order=${order} isLong=${false} />
  </form>`;
}
