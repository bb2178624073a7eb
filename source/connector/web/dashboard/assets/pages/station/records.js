// @ts-check
/** Transactions and reservations of the station. */
import { html, useEffect } from "../../lib/html.js";
import { all, get } from "../../lib/api.js";
import { energy, shortTime, UNKNOWN, words } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { on, value } from "../../lib/state.js";
import { ActionButton } from "../../parts/button.js";
import { Empty, ErrorNote, Loading, Section } from "../../parts/page.js";
import { Badge, OpenBadge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { Elapsed } from "../../parts/time.js";
import { why } from "../transactions/words.js";
import { useFetched } from "./fetched.js";
import { placeName } from "./naming.js";
import { Progress, useOrder } from "./progress.js";

const MOST = 10;

/** @param {any} view */
const transactionColumns = (view) => [
  { key: "start", label: "Start", cell: (row) => html`<a href=${href(["transactions", row.key])}>${shortTime(row.start)}</a>` },
  { key: "where", label: "Where", cell: (row) => placeName(view, row.where) },
  { key: "token", label: "Token", cell: (row) => html`<span class="wrap">${row.token ?? UNKNOWN}</span>` },
  { key: "duration", label: "Duration", num: true, cell: (row) => html`<${Elapsed} since=${row.start} until=${row.stop} />` },
  { key: "energy", label: "Energy", num: true, cell: (row) => html`<${Energy} view=${view} row=${row} />` },
  { key: "end", label: "End", cell: (row) => (row.stop ? html`<span class="wrap">${why(row)}</span>` : html`<${OpenBadge} since=${row.unconfirmed_since} />`) },
];

/** Of what runs as it is now, as on the card of its connector. @param {{view: any, row: any}} props */
function Energy({ view, row }) {
  const now = value(view.station, row.where, "session_energy").value?.value;
  const running = view.connectors.find((/** @type {any} */ each) => each.where === row.where)?.transaction;
  return energy(running?.key === row.key && typeof now === "number" ? now : row.energy);
}

/** @param {{view: any}} props */
export function Transactions({ view }) {
  const id = view.station;
  const { data, problem, again } = useFetched((signal) => get("transactions", { station: id, limit: MOST }, { signal }), [id]);
  useEffect(() => on("transaction", (told) => {
    if (told.station !== id || !data.peek()) return;
    const others = data.peek().items.filter((/** @type {any} */ each) => each.key !== told.key);
    const items = [told, ...others].sort((a, b) => b.key.localeCompare(a.key)).slice(0, MOST);
    data.value = { ...data.peek(), items };
  }), [id]);
  const aside = html`<a href=${href(["transactions"], { station: id })}>All transactions of this station</a>`;
  return html`<${Section} title="Transactions" aside=${aside} flush>
    <${ErrorNote} error=${problem.value} retry=${again} />
    ${data.value
      ? html`<${DataTable} caption="The last transactions" columns=${transactionColumns(view)} rows=${data.value.items} keyOf=${(row) => row.key} empty=${html`<${Empty} icon="transactions" title="Nobody has charged here yet" />`} />`
      : !problem.value && html`<${Loading} />`}
  </${Section}>`;
}

const STATUS = { Accepted: ["ok", "●"], Used: ["idle", "✓"], Expired: ["off", "○"], Cancelled: ["off", "✕"] };

/** @param {{view: any}} props */
export function Reservations({ view }) {
  const id = view.station;
  const { data, problem, again } = useFetched((signal) => all("reservations", { station: id }, { signal }), [id]);
  const { order, send } = useOrder(view);
  const cancel = async (/** @type {any} */ row) => {
    await send("0", "cancel_reservation", row.id);
    await again();
  };
  useEffect(() => on("outcome", (told) => {
    const isAbout = ["reserve", "cancel_reservation"].includes(told.command);
    if (told.station === id && isAbout && told.outcome) again();
  }), [id]);
  const columns = [
    { key: "id", label: "Number", num: true },
    { key: "where", label: "Where", cell: (row) => (row.where === "0" ? "Any connector" : placeName(view, row.where)) },
    { key: "token", label: "Token", cell: (row) => html`<span class="wrap">${row.token}</span>` },
    { key: "expiry", label: "Until", cell: (row) => shortTime(row.expiry) },
    { key: "status", label: "Status", cell: (row) => html`<${Badge} tone=${(STATUS[row.status] ?? ["idle"])[0]} shape=${(STATUS[row.status] ?? ["", "·"])[1]}>${row.status === "Accepted" ? "Holds" : words(row.status)}</${Badge}>` },
    { key: "cancel", label: html`<span class="visually-hidden">Cancel</span>`, cell: (row) => row.status === "Accepted" && html`<${ActionButton} small label=${`Cancel reservation ${row.id}`} run=${() => cancel(row)}>Cancel</${ActionButton}>` },
  ];
  return html`<${Section} title="Reservations" aside=${html`<a href=${href(["stations", id], { tab: "commands" })}>Reserve</a>`} flush>
    <${ErrorNote} error=${problem.value} retry=${again} />
    <div class="in-card"><${Progress} order=${order} /></div>
    ${data.value
      ? html`<${DataTable} caption="Reservations" columns=${columns} rows=${data.value} keyOf=${(row) => `${row.id}/${row.made}`} empty=${html`<${Empty} icon="clock" title="Nothing is reserved" />`} />`
      : !problem.value && html`<${Loading} />`}
  </${Section}>`;
}
