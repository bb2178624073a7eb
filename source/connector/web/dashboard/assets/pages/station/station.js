// @ts-check
/** One station: how it is, what it is told, what it has done, and what is known of it. */
import { toList } from "../../lib/back.js";
import { html, useEffect, useRef } from "../../lib/html.js";
import { href } from "../../lib/router.js";
import { isLoaded, station } from "../../lib/state.js";
import { ErrorNote, Loading, Notice, PageHead } from "../../parts/page.js";
import { Certificates } from "./certificates.js";
import { Charts } from "./charts.js";
import { Commands } from "./commands/commands.js";
import { Configuration } from "./configuration.js";
import { Connectors } from "./connectors.js";
import { EnergyDays } from "./energy.js";
import { Facts } from "./facts.js";
import { Frames } from "./frames.js";
import { Head } from "./head.js";
import { useDatapoints } from "./known.js";
import { Reservations, Transactions } from "./records.js";
import { SentList } from "./sent.js";
import { Uploads } from "./uploads.js";
import { Values } from "./values.js";

/** @param {{station: string}} params */
export const title = (params) => params.station;

/** @type {[string, string, (props: any) => any][]} what the page is divided into */
const TABS = [
  ["", "Overview", Overview],
  ["commands", "Commands", CommandsTab],
  ["history", "History", HistoryTab],
  ["configuration", "Configuration", ConfigurationTab],
  ["details", "Details", Details],
];

/** @param {{params: {station: string}, query: Record<string, string>}} props */
export default function Page({ params, query }) {
  const id = params.station;
  const view = station(id).value;
  if (!view) return isLoaded.value ? html`<${Unknown} id=${id} />` : html`<${PageHead} title=${id} /><${Loading} />`;
  return html`<${Known} key=${id} view=${view} query=${query} />`;
}

/** @param {{id: string}} props */
function Unknown({ id }) {
  return html`<${PageHead} title=${id} back=${toList()} />
    <${Notice} tone="warn" title="Nobody knows this station.">
      <p>It has never been here, or it was forgotten. When it connects it is listed under <a href=${href([])}>Stations</a>; one that is to come can be <a href=${href(["adopt"])}>added</a> before.</p>
    </${Notice}>`;
}

/** @param {{view: any, query: Record<string, string>}} props */
function Known({ view, query }) {
  const found = useDatapoints(view.station);
  const [name, , Shown] = TABS.find(([each]) => each === (query.tab ?? "")) ?? TABS[0];
  const tabs = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const all = tabs.current;
    const here = /** @type {HTMLElement | null | undefined} */ (all?.querySelector("[aria-current]"));
    // A phone has no room for all of them.
    if (all && here) all.scrollLeft = here.offsetLeft - all.offsetLeft - (all.clientWidth - here.clientWidth) / 2;
  }, [name]);
  return html`<${Head} view=${view} />
    <nav class="tabs" aria-label="Parts of this page" ref=${tabs}>
      ${TABS.map(([each, text]) => html`<a key=${each} href=${href(["stations", view.station], { tab: each })} aria-current=${each === name ? "page" : undefined}>${text}</a>`)}
    </nav>
    <${ErrorNote} error=${found.problem.value} retry=${found.load} />
    <${Shown} key=${name} view=${view} found=${found} query=${query} />`;
}

/** @param {any} props */
function Overview({ view, found, query }) {
  return html`<${Connectors} view=${view} keys=${found.keys.value} chosen=${query.where} />
    <${Charts} view=${view} keys=${found.keys.value} isReady=${found.isHere.value} />
    <${SentList} view=${view} most=${5} />
    <${Transactions} view=${view} />`;
}

/** @param {any} props */
function CommandsTab({ view }) {
  return html`<${Commands} view=${view} /><${SentList} view=${view} most=${100} />`;
}

/** @param {any} props */
function HistoryTab({ view, found }) {
  return html`<${EnergyDays} view=${view} keys=${found.keys.value} />
    <${Transactions} view=${view} />
    <${Reservations} view=${view} />`;
}

/** @param {any} props */
function ConfigurationTab({ view }) {
  return html`<${Configuration} view=${view} />`;
}

/** @param {any} props */
function Details({ view, found }) {
  return html`<${Facts} view=${view} />
    <${Uploads} view=${view} />
    <${Certificates} view=${view} />
    <${Frames} view=${view} />
    <${Values} keys=${found.keys.value} />`;
}
