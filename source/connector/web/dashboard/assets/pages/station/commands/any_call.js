// @ts-check
/** Any action of OCPP by its name, with a payload as it goes to the station. */
import { nameOf } from "../../../lib/fleet.js";
import { html, useId, useState } from "../../../lib/html.js";
import { ActionButton } from "../../../parts/button.js";
import { confirm } from "../../../parts/dialog.js";
import { Field } from "../../../parts/field.js";
import { ordersOf } from "../orders.js";
import { Progress, useOrder } from "../progress.js";
import { actionsOf, exampleOf, isDestructive } from "./actions.js";
import { Misfit, needObject, needText } from "./reading.js";

const MOST_EARLIER = 8;

/** @param {{view: any}} props */
export function AnyCall({ view }) {
  const [action, setAction] = useState("");
  const [payload, setPayload] = useState("{}");
  const [misfit, setMisfit] = useState(/** @type {Misfit | null} */ (null));
  const { order, sendCall } = useOrder(view);
  const list = useId();
  const known = actionsOf(view);
  const check = () => ({ action: needText("action", action, "The name of an action is needed."), payload: needUnblanked(needObject("payload", payload)) });
  async function run() {
    setMisfit(null);
    const asked = check();
    if (isDestructive(asked.action, asked.payload) && !(await confirm({ title: `Send ${asked.action} to ${nameOf(view)}?`, text: html`<pre class="station-json">${JSON.stringify(asked.payload, null, 2)}</pre>`, action: "Send", isDanger: true }))) return;
    await sendCall(asked.action, asked.payload);
  }
  const fail = (/** @type {any} */ problem) => {
    if (!(problem instanceof Misfit)) throw problem;
    setMisfit(problem);
  };
  const take = (/** @type {string} */ name, /** @type {any} */ value) => {
    setAction(name);
    setPayload(JSON.stringify(value, null, 2));
    setMisfit(null);
  };
  const choose = (/** @type {string} */ name) => {
    setAction(name);
    // What somebody has written is theirs; an example gives way to the next.
    if (isExample(payload) && known.includes(name)) setPayload(JSON.stringify(exampleOf(view, name), null, 2));
  };
  const isUnknown = action && !known.includes(action.trim());
  return html`<form class="stack tight" aria-label="Any OCPP action" onSubmit=${(event) => event.preventDefault()}>
    <p class="muted">Sent as it is written here, checked against the schema of OCPP ${view.ocpp_version ?? "1.6"} only. What it changes is not set again by the connector.</p>
    <${Field} label="Action" value=${action} list=${list} maxlength="100" spellcheck=${false} error=${misfit?.field === "action" ? misfit.message : ""}
      help=${isUnknown ? "This is no action of its version that is known here: it may be refused." : undefined} onInput=${choose} />
    <datalist id=${list}>${known.map((name) => html`<option key=${name} value=${name}></option>`)}</datalist>
    <${Field} label="Payload (JSON)" value=${payload} rows=${6} error=${misfit?.field === "payload" ? misfit.message : ""} onInput=${setPayload} />
    <div class="row"><${ActionButton} kind="primary" run=${run} onError=${fail}>Send</${ActionButton}></div>
    ${!misfit && html`<${Progress} order=${order} />`}
    <${Earlier} view=${view} onTake=${take} />
  </form>`;
}

/** As the connector writes a secret that is not shown. */
const BLANK = "***";

/** @template T @param {T} payload @returns {T} */
function needUnblanked(payload) {
  if (JSON.stringify(payload).includes(BLANK)) throw new Misfit("payload", `“${BLANK}” stands where a secret was, which is not shown: write it anew.`);
  return payload;
}

/** Given as an example, or nothing. @param {string} text */
function isExample(text) {
  try {
    const found = JSON.parse(text || "{}");
    return Object.keys(found).length === 0 || exampleTexts.has(JSON.stringify(found));
  } catch (_) {
    return false; // Half written: it is somebody's.
  }
}

/** @type {Set<string>} */
const exampleTexts = new Set();
for (const version of ["1.6", "2.0.1", "2.1"])
  for (const name of actionsOf({ ocpp_version: version })) exampleTexts.add(JSON.stringify(exampleOf({ ocpp_version: version }, name)));

/** What was sent before, to send it again or change it. @param {any} props */
function Earlier({ view, onTake }) {
  const calls = ordersOf(view.station).value.filter((each) => each.command === "call" && each.isTold && each.value && typeof each.value === "object").slice(0, MOST_EARLIER);
  if (calls.length === 0) return null;
  return html`<div>
    <h3 class="small">Sent before</h3>
    <div class="row">${calls.map((each) => html`<button key=${each.number} class="btn btn-small" type="button" title=${JSON.stringify(each.value)} onClick=${() => onTake(each.action, each.value)}>${each.action}</button>`)}</div>
  </div>`;
}
