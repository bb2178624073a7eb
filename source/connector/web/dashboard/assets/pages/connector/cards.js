// @ts-check
/** The parts of the connector, each with its numbers. */
import { html } from "../../lib/html.js";
import { path, post, url } from "../../lib/api.js";
import { bytes, dateTime, duration, milliseconds, number, plural, UNKNOWN } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Section } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { Elapsed, TimeAgo } from "../../parts/time.js";
import { MUCH_DELAY_MS, toneOf } from "./warnings.js";

const BACKUP_MS = 900_000;
const CERTIFICATES_SHOWN = 100;

/** @param {{rows: [string, any][]}} props */
const Facts = ({ rows }) => html`<dl class="facts of-connector">${rows.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd class="num">${value}</dd>`)}</dl>`;

/** After what a place may go on in the next line; hyphens and dots are of a name. */
const JOINTS = /(?<=[/\\@:])(?![/\\@:])/;

/** An address or a path, in lines between its parts where it needs more than one. @param {{of: string}} props */
const Place = ({ of }) => html`<code class="place">${of.split(JOINTS).map((part) => html`<span>${part}</span>`)}</code>`;

/** @param {{is: boolean, yes: string, no: string}} props */
const State = ({ is, yes, no }) => (is ? html`<${Badge} tone="ok" shape="✓">${yes}</${Badge}>` : html`<${Badge} tone="bad" shape="✕">${no}</${Badge}>`);

/** @param {{view: any}} props */
export function Itself({ view }) {
  const { process } = view;
  return html`<${Section} title="This connector">
    <${Facts} rows=${[
      ["Version", view.version],
      ["Runs for", html`<${Elapsed} since=${view.started} />`],
      ["Its clock", dateTime(view.now)],
      ["Memory", bytes(process.memory_bytes)],
      ["Processor time", duration(process.cpu_s)],
      ["Work waits", milliseconds(process.loop_delay_ms)],
      ["Python", process.python],
    ]} />
    <p class="muted small">Work waits for its turn while the connector does other work: some ms are usual. Of more than ${MUCH_DELAY_MS} ms this page warns.</p>
    <details><summary>Libraries</summary><${Facts} rows=${Object.entries(process.libraries)} /></details>
  </${Section}>`;
}

/** @param {{view: any}} props */
export function Broker({ view }) {
  const { broker } = view;
  return html`<${Section} title="Broker" aside=${html`<${State} is=${broker.connected} yes="Connected" no="No answer" />`}>
    <${Facts} rows=${[
      ["Address", html`<${Place} of=${broker.address} />`],
      ["Topics begin with", html`<code>${broker.name}</code>`],
      ["Connected", broker.since ? html`<${TimeAgo} time=${broker.since} />` : UNKNOWN],
      ["Values published", number(broker.published)],
      ["Overtaken by newer ones", number(broker.replaced)],
      ["Never sent", html`${number(broker.dropped)}${broker.dropped_last && html`; the last: <${TimeAgo} time=${broker.dropped_last} />`}`],
    ]} />
    ${broker.dropped > 0 && html`<p class="muted small">Values are not kept while the broker is away or too slow: when it is back it is told the newest of each.</p>`}
  </${Section}>`;
}

/** @param {{view: any}} props */
export function Stations({ view }) {
  const { stations } = view;
  const pending = stations.pending > 0 ? html`<a href=${href(["adopt"])}>${plural(stations.pending, "station")}</a>` : "none";
  return html`<${Section} title="Stations">
    <${Facts} rows=${[
      ["Connected", `${number(stations.connected)} of ${number(stations.known)}`],
      ["Waiting to be let in", pending],
      ["Port", stations.port || "none"],
      ["Port with TLS", stations.tls_port || "none"],
    ]} />
  </${Section}>`;
}

/** @param {{view: any}} props */
export function Queues({ view }) {
  const { stations, broker, events, frame_log: log } = view;
  return html`<${Section} title="Queues and readers">
    <${Facts} rows=${[
      ["Values waiting", number(broker.waiting)],
      ["Calls waiting", number(stations.calls_waiting)],
      ["Commands under way", number(stations.commands_running)],
      ["Readers of events", number(events.count)],
      ["Readers dropped", number(events.dropped)],
      ["Frame log", log ? html`<a href=${href(["frames"])}>${plural(log.records, "message")}</a>, ${bytes(log.bytes)}` : "off"],
    ]} />
    <p class="muted small">Values wait for the broker, calls for the one before them to be answered. Readers are pages like this one, and programs; one that does not read is dropped.</p>
  </${Section}>`;
}

/** @param {{store: any, reload: () => Promise<any>}} props */
export function Store({ store, reload }) {
  const backUp = async () => {
    const made = await post("store/backup", undefined, { timeoutMs: BACKUP_MS });
    toast(`A backup of ${bytes(made.bytes)} is made: ${made.file}`);
    await reload();
  };
  return html`<${Section} title="Store" aside=${html`<${State} is=${store.writable} yes="Works" no="Cannot write" /><${ActionButton} small=${true} run=${backUp}>Make a backup</${ActionButton}>`}>
    <${Facts} rows=${[
      ["Kind", store.backend],
      ["Place", html`<${Place} of=${store.location} />`],
      ["Size", bytes(store.bytes)],
      ["Left on the disk", store.free_bytes === null ? "on a server" : bytes(store.free_bytes)],
      ["Schema", store.schema],
      ["Oldest transaction", store.oldest_transaction ? dateTime(store.oldest_transaction) : "none"],
      ["Oldest history", store.oldest_history ? dateTime(store.oldest_history) : "none"],
      ["Transactions", number(store.rows.transactions)],
      ["Meter samples", number(store.rows.samples)],
    ]} />
    <details><summary>Rows of all tables</summary><${Facts} rows=${Object.entries(store.rows).map(([table, count]) => [table, number(count)])} /></details>
    <h3>Backups</h3>
    ${store.backups.length === 0
      ? html`<p class="muted">None yet.</p>`
      : html`<ul class="stack tight backups">${store.backups.slice(0, 5).map(({ file, bytes: size, made }) => html`<li key=${file}><${Place} of=${file} /> <span class="muted">${bytes(size)}, <${TimeAgo} time=${made} /></span></li>`)}</ul>
          ${store.backups.length > 5 && html`<p class="muted">and ${store.backups.length - 5} older</p>`}`}
  </${Section}>`;
}

const OWN = { server: "This server (OCPP_TLS_CERT)", ca: "CA of client certificates", crl: "Revocation list" };
const COLUMNS = [
  { key: "name", label: "Of", cell: ({ common_name, station }) => html`<span class="wrap">${station ? html`<a href=${href(["stations", station])}>${common_name}</a>` : common_name}</span>` },
  { key: "issued", label: "Issued", cell: ({ issued }) => dateTime(issued) },
  { key: "expires", label: "Expires", cell: ({ expires }) => dateTime(expires) },
  { key: "left", label: "Days left", num: true, cell: (item) => (item.revoked ? html`<${Badge} tone="off" shape="✕">Revoked</${Badge}>` : html`<${Days} days=${item.days_left} kind="station" />`) },
  { key: "pem", label: html`<span class="visually-hidden">The certificate</span>`, cell: ({ serial }) => html`<a href=${url(path`pki/certificates/${serial}`)} aria-label=${`Certificate ${serial} as JSON`}>Show</a>` },
];

/** @param {{days: number, kind: any}} props */
function Days({ days, kind }) {
  const tone = toneOf(days, kind);
  const shape = { ok: "✓", warn: "!", bad: "✕" }[tone];
  return html`<${Badge} tone=${tone} shape=${shape}>${days < 0 ? "Expired" : plural(days, "day")}</${Badge}>`;
}

/** @param {{pki: any}} props */
export function Certificates({ pki }) {
  const own = Object.entries(pki.days_left);
  const none = own.length === 0 && pki.items.length === 0;
  return html`<${Section} title="Certificates">
    ${none && html`<p class="muted">There are none: stations connect without TLS, or a proxy before the connector has it.</p>`}
    ${own.length > 0 && html`<${Facts} rows=${own.map(([kind, days]) => [OWN[kind] ?? kind, html`<${Days} days=${days} kind=${kind in OWN ? kind : "station"} />`])} />`}
    ${pki.items.length > 0 && html`<${DataTable} caption="Certificates that were issued here, the newest first" columns=${COLUMNS} rows=${pki.items.slice(0, CERTIFICATES_SHOWN)} keyOf=${({ serial }) => serial} />`}
  </${Section}>`;
}

export function Links() {
  return html`<${Section} title="For programs">
    <ul class="links">
      <li><a href="docs">HTTP API: reference</a></li>
      <li><a href="openapi.json">HTTP API: OpenAPI</a></li>
      <li><a href="metrics">Metrics for Prometheus</a></li>
      <li><a href="health">Health</a></li>
    </ul>
  </${Section}>`;
}
