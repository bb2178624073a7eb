// @ts-check
/** One transaction with what was measured. */
import { html, useEffect, useSignal } from "../../lib/html.js";
import { get, path } from "../../lib/api.js";
import { dateTime, energy, words } from "../../lib/format.js";
import { keyOf } from "../../lib/keys.js";
import { href } from "../../lib/router.js";
import { on } from "../../lib/state.js";
import { CopyText } from "../../parts/copy.js";
import { ErrorNote, Loading, Notice, PageHead, Section } from "../../parts/page.js";
import { Elapsed } from "../../parts/time.js";
import { StationLink } from "../station/link.js";
import { nameOfId, placeOf } from "../station/naming.js";
import { CloseButton } from "./closing.js";
import { State } from "./list.js";
import { Samples } from "./samples.js";

const BACK = { href: href(["transactions"]), text: "Transactions" };

/** Samples are kept once a second. */
const KEPT_MS = 2000;

/** Told of all stations, whichever page is open. */
const MEASURED = ["Power.Active.Import", "session_energy"];

/** Whether a datapoint tells of a transaction that runs. @param {any} item @param {string} key */
const isOf = (item, key) => item?.stop === null && MEASURED.some((name) => key === keyOf(item.station, item.where, name));

/** @param {{id: string}} props id: its key */
export function One({ id }) {
  const item = useSignal(/** @type {any} */ (null));
  const error = useSignal(/** @type {any} */ (null));
  const load = async () => {
    try {
      item.value = await get(path`transactions/${id}`);
      error.value = null;
    } catch (problem) {
      error.value = problem;
    }
  };
  useEffect(() => {
    load();
    let due = 0;
    const follow = (/** @type {{key: string}} */ told) => {
      if (isOf(item.peek(), told.key)) due ||= setTimeout(() => ((due = 0), load()), KEPT_MS);
    };
    const stops = [on("transaction", (changed) => changed.key === id && load()), on("up", load), on("datapoint", follow)];
    return () => {
      clearTimeout(due);
      stops.forEach((stop) => stop());
    };
  }, [id]);
  const found = item.value;
  if (!found) {
    return html`<${PageHead} title="Transaction" back=${BACK} />
      ${error.value?.status === 404 ? html`<${Unknown} />` : error.value ? html`<${ErrorNote} error=${error.value} retry=${load} />` : html`<${Loading} />`}`;
  }
  const closed = (/** @type {any} */ told) => (item.value = { ...found, ...told });
  return html`<${PageHead} title=${`Transaction at ${nameOfId(found.station)}`} sub=${dateTime(found.start)} back=${BACK}>
      ${found.stop === null && html`<${CloseButton} id=${id} onClosed=${closed} />`}
    </${PageHead}>
    <${ErrorNote} error=${error.value} retry=${load} />
    <${Section} title="Record"><${Facts} item=${found} /></${Section}>
    <${Samples} samples=${found.samples} isRunning=${found.stop === null} />`;
}

const Unknown = () => html`<${Notice} tone="warn" title="Nobody knows this transaction.">
  It is not in the records: the address may have been cut off, or it was older than what is kept. <a href=${href(["transactions"])}>All transactions</a>
</${Notice}>`;

/** @param {{item: any}} props */
function Facts({ item }) {
  const filter = { token: item.token };
  return html`<dl class="facts">
    <dt>State</dt><dd><${State} item=${item} />${item.unconfirmed_since && html` <span class="muted small">since the station restarted, ${dateTime(item.unconfirmed_since)}</span>`}</dd>
    <dt>Energy</dt><dd class="num">${energy(item.energy)}</dd>
    <dt>Duration</dt><dd><${Elapsed} since=${item.start} until=${item.stop} /></dd>
    <dt>Start</dt><dd>${dateTime(item.start)}</dd>
    <dt>Stop</dt><dd>${item.stop ? dateTime(item.stop) : item.unconfirmed_since ? html`<span class="muted">not told</span>` : "it runs"}</dd>
    ${item.stop && html`<dt>Reason</dt><dd>${item.reason ? words(item.reason) : html`<span class="muted">not told</span>`}</dd>`}
    <dt>Station</dt><dd><${StationLink} id=${item.station} className="wrap" />${nameOfId(item.station) !== item.station && html` <span class="muted wrap">${item.station}</span>`}, ${placeOf(item.station, item.where)}</dd>
    <dt>Token</dt><dd>${item.token ? html`<a href=${href(["transactions"], filter)}>${item.token}</a> ${item.token_type ?? ""}` : html`<span class="muted">none</span>`}</dd>
    <dt>Meter at start</dt><dd class="num">${energy(item.meter_start)}</dd>
    ${item.stop && html`<dt>Meter at stop</dt><dd class="num">${energy(item.meter_stop)}</dd>`}
    <dt>Id in OCPP</dt><dd><${CopyText} text=${item.id} label="Copy the id" /></dd>
    <dt>Key</dt><dd><${CopyText} text=${item.key} label="Copy the key" /></dd>
  </dl>`;
}
