// @ts-check
/** Everything that is known of the station itself. */
import { html } from "../../lib/html.js";
import { dateTime, number, UNKNOWN } from "../../lib/format.js";
import { value } from "../../lib/state.js";
import { CopyText } from "../../parts/copy.js";
import { LongText } from "../../parts/long.js";
import { Section } from "../../parts/page.js";
import { TimeAgo } from "../../parts/time.js";

const PROFILES = ["0: no password, no encryption", "1: password, no encryption", "2: password and TLS", "3: TLS with a certificate of its own"];

/** @param {{time: string | null}} props */
const When = ({ time }) => (time ? html`<${TimeAgo} time=${time} /> <span class="muted small">(${dateTime(time)})</span>` : UNKNOWN);

/** @param {any} view @returns {[string, any][]} */
const identity = (view) => [
  ["Identity", html`<${CopyText} text=${view.station} label="Copy the identity" />`],
  ["Name", view.name],
  ["Note", view.note],
  ["Vendor", view.boot.vendor],
  ["Model", view.boot.model],
  ["Serial number", view.boot.serial_number],
  ["Firmware", view.boot.firmware_version],
  ["Meter", [view.boot.meter_type, view.boot.meter_serial_number].filter(Boolean).join(" ")],
  ["SIM (ICCID)", view.boot.iccid],
  ["SIM (IMSI)", view.boot.imsi],
  ["Why it booted", view.boot.reason],
];

/** @param {any} view @returns {[string, any][]} */
const link = (view) => [
  ["Registration", view.named ? `${view.registration}, named in STATIONS` : view.registration],
  ["Protocol", view.protocol ?? (view.ocpp_version && `OCPP ${view.ocpp_version}, when it was here last`)],
  ["Address", view.address],
  ["Security profile", PROFILES[view.security_profile] ?? UNKNOWN],
  ["Least profile it may use", view.least_security_profile === null ? "as MIN_SECURITY_PROFILE says" : PROFILES[view.least_security_profile]],
  ["Password", view.has_password ? "asked for" : "none is asked for"],
  ["Known since", html`<${When} time=${view.since} />`],
  ["Connected since", html`<${When} time=${view.connected_since} />`],
  ["Last seen", html`<${When} time=${view.last_seen} />`],
  ["Round trip", view.latency_ms === null ? null : `${number(view.latency_ms)} ms`],
  ["Reconnects", html`<span>${number(view.reconnects)} <span class="muted small">since the connector started</span></span>`],
];

/** @param {{rows: [string, any][]}} props */
const List = ({ rows }) => html`<dl class="facts">
  ${rows.map(([name, shown]) => html`<dt key=${name}>${name}</dt><dd>${shown || UNKNOWN}</dd>`)}
</dl>`;

/** What it told of by itself. @type {[string, string][]} */
const NEWS = [
  ["firmware_status", "Firmware update"],
  ["log_status", "Log upload"],
  ["log_file", "Last log file"],
  ["security_event", "Security event"],
  ["certificate_days_left", "Days left of its certificate"],
  ["last_data_transfer", "Last data transfer"],
];

/** @param {{view: any}} props */
export function Facts({ view }) {
  const news = NEWS.map(([name, text]) => [text, value(view.station, "0", name).value]).filter(([, found]) => found && found.value !== null);
  return html`<div class="columns">
    <${Section} title="Identity"><${List} rows=${identity(view)} /></${Section}>
    <${Section} title="Link"><${List} rows=${link(view)} /></${Section}>
    ${news.length > 0 && html`<${Section} title="What it told last">
      <${List} rows=${news.map(([text, found]) => [text, html`<${LongText} text=${String(found.value)} /> <span class="muted small"><${TimeAgo} time=${found.timestamp} /></span>`])} />
    </${Section}>`}
    ${Object.keys(view.options).length > 0 && html`<${Section} title="Options that hold">
      <pre class="station-json">${JSON.stringify(view.options, null, 2)}</pre>
    </${Section}>`}
  </div>`;
}
