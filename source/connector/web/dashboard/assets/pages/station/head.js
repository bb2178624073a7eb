// @ts-check
/** Who the station is, and what is decided about it. */
import { html, useState } from "../../lib/html.js";
import { del, path, post } from "../../lib/api.js";
import { toList } from "../../lib/back.js";
import { nameOf } from "../../lib/fleet.js";
import { go } from "../../lib/router.js";
import { hello } from "../../lib/state.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Icon } from "../../parts/icons.js";
import { Notice, PageHead } from "../../parts/page.js";
import { LinkBadge, RegistrationBadge, StatusBadge } from "../../parts/status.js";
import { TimeAgo } from "../../parts/time.js";
import { EditDialog } from "./edit.js";
import { Menu } from "./menu.js";

/** @param {{view: any}} props */
export function Head({ view }) {
  const [isEdited, setEdited] = useState(false);
  const isFaulted = view.status === "Faulted" || view.status === "Unavailable";
  return html`<${PageHead} title=${html`<span class="brief" title=${nameOf(view)}>${nameOf(view)}</span>`} sub=${html`<${Who} view=${view} />`} back=${toList()}>
      <${LinkBadge} connected=${view.connected} />
      <${RegistrationBadge} registration=${view.registration} />
      ${view.connected && isFaulted && html`<${StatusBadge} status=${view.status} error=${view.error_code} />`}
      <button class="btn btn-small" type="button" onClick=${() => setEdited(true)}>Edit</button>
      <${Decisions} view=${view} />
    </${PageHead}>
    ${isEdited && html`<${EditDialog} view=${view} onClose=${() => setEdited(false)} />`}
    ${view.note && html`<p class="wrap station-note">${view.note}</p>`}
    <${Waiting} view=${view} />
    ${!view.connected && html`<${Away} view=${view} />`}`;
}

/** @param {{view: any}} props */
function Who({ view }) {
  const { vendor, model, firmware_version: firmware } = view.boot;
  const parts = [
    view.name && view.station,
    [vendor, model].filter(Boolean).join(" "),
    firmware && `firmware ${firmware}`,
    view.ocpp_version && `OCPP ${view.ocpp_version}`,
  ];
  // Lines break between the parts.
  const text = parts.filter(Boolean).map((part) => String(part).replaceAll(" ", "\u00a0")).join(" · ");
  return html`<span class="brief" title=${text}>${text}</span>`;
}

/** @param {{view: any}} props */
function Away({ view }) {
  return html`<${Notice} tone="warn" title="It is not connected.">
    ${view.last_seen ? html`It was last seen <${TimeAgo} time=${view.last_seen} />.` : "It has not been seen yet."}
    ${" "}<${Told} view=${view} />A limit that is set now is kept, and sent when it comes back; other commands end as not connected.
  </${Notice}>`;
}

/** Values are not kept by a connector that ends. @param {{view: any}} props */
function Told({ view }) {
  const started = hello.value?.started;
  if (!view.last_seen || !started) return null;
  if (view.last_seen >= started) return "Values below are the last that were told. ";
  return html`It has told nothing since the connector started <${TimeAgo} time=${started} />. `;
}

/** @param {{view: any}} props */
function Waiting({ view }) {
  if (view.registration === "Pending")
    return html`<${Notice} tone="warn" title="It waits for you.">
      Nothing it does is counted, and it is told nothing, until it is adopted. Is it yours, and is this the address it should come from${view.address ? ` (${view.address})` : ""}?
    </${Notice}>`;
  if (view.registration === "Rejected")
    return html`<${Notice} title="It is kept out.">It is refused whenever it tries to connect. Adopt it to let it in.</${Notice}>`;
  return null;
}

/** @param {any} view @param {string} decision adopt, reject, disconnect @param {string} text */
async function decide(view, decision, text) {
  const { detail } = await post(path`stations/${view.station}/${decision}`);
  toast(detail ? `${text}: ${detail}` : text);
}

/** @param {any} view */
async function forget(view) {
  await del(path`stations/${view.station}`);
  toast(`${nameOf(view)} is forgotten`);
  go([]);
}

/** @param {any} view @returns {Record<string, import("../../parts/dialog.js").Question>} */
const questions = (view) => ({
  reject: {
    title: `Reject ${nameOf(view)}?`,
    text: "Its link is closed, and it is refused from now on, until it is adopted again. A vehicle that charges may stop.",
    action: "Reject",
    isDanger: true,
  },
  disconnect: {
    title: `Disconnect ${nameOf(view)}?`,
    text: "Its link is closed. Most stations connect again within a minute; a transaction goes on meanwhile.",
    action: "Disconnect",
  },
  forget: {
    title: `Forget ${nameOf(view)}?`,
    text: "Its link is closed, its name and options are deleted, and it is unknown again: what becomes of it when it comes back is as UNKNOWN_STATIONS says. Its transactions stay.",
    action: "Forget",
    isDanger: true,
  },
});

/** @param {{view: any}} props */
function Decisions({ view }) {
  const ask = questions(view);
  const isAccepted = view.registration === "Accepted";
  return html`${!isAccepted && html`<${ActionButton} kind="primary" small run=${() => decide(view, "adopt", "Adopted")}><${Icon} name="ok" size=${16} />Adopt</${ActionButton}>`}
    <${Menu} label="More">
      <${ActionButton} small disabled=${!view.connected} ask=${ask.disconnect} run=${() => decide(view, "disconnect", "Disconnected")}>Disconnect</${ActionButton}>
        ${view.registration !== "Rejected" && html`<${ActionButton} small kind="danger" disabled=${view.named} ask=${ask.reject} run=${() => decide(view, "reject", "Rejected")}>Reject</${ActionButton}>`}
        <${ActionButton} small kind="danger" disabled=${view.named} ask=${ask.forget} run=${() => forget(view)}>Forget</${ActionButton}>
        ${view.named && html`<p class="muted small">It is named in STATIONS: reject or forget it by taking it out there.</p>`}
    </${Menu}>`;
}
