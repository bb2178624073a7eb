// @ts-check
/** The list of stations: search, filter, order, rows. */
import { html, useMemo, useRef } from "../../lib/html.js";
import { GROUPS, isSameRows, matches, ordered, ORDERS, rowsOf } from "../../lib/fleet.js";
import { plural } from "../../lib/format.js";
import { setQuery } from "../../lib/router.js";
import { now, valueNow } from "../../lib/state.js";
import { Field } from "../../parts/field.js";
import { Empty } from "../../parts/page.js";
import { VirtualRows } from "../../parts/virtual.js";
import { useFound } from "./found.js";
import { HEAD, StationRow } from "./row.js";

const REORDER_MS = 3000;

/** @param {{views: any[], query: Record<string, string>}} props */
export function StationList({ views, query }) {
  const { q = "", show = "all", order = "name" } = query;
  if (order !== "name" || show === "attention") now.value; // Read: values change without their stations.
  const text = q.trim().toLowerCase();
  const found = views.filter((view) => matches(view, text));
  const [, , is] = GROUPS.find(([name]) => name === show) ?? GROUPS[0];
  const rows = useStableRows(found.filter((view) => is(view, valueNow)), order, `${text}/${show}/${order}`);
  const stations = new Set(rows.map((row) => row.id)).size;
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  useFound(own, show);
  return html`<section class="card flush sites" aria-label="All stations" ref=${own}>
    <h2 class="visually-hidden">All stations</h2>
    <div class="sites-tools">
      <div class="filters">
        <${Field} label="Search" type="search" value=${q} placeholder="Name, vendor, token, address" onInput=${(next) => setQuery({ q: next })} />
        <${Field} label="Sort by" value=${order} options=${ORDERS} onInput=${(next) => setQuery({ order: next === "name" ? null : next })} />
      </div>
      <${Groups} views=${found} show=${show} />
    </div>
    <p class="visually-hidden" role="status">${plural(stations, "station")} shown</p>
    ${rows.length === 0 ? html`<${NoneFound} />` : html`<${Rows} rows=${rows} />`}
  </section>`;
}

/** How many there are of each kind; one is chosen. @param {{views: any[], show: string}} props */
function Groups({ views, show }) {
  now.value; // Read: what flows above a limit comes without a change of its station.
  return html`<div class="chips" role="group" aria-label="Show">
    ${GROUPS.map(([name, text, is]) => {
      const count = views.filter((view) => is(view, valueNow)).length;
      if (count === 0 && name !== "all" && name !== show) return null;
      return html`<button key=${name} class="chip" type="button" aria-pressed=${name === show} onClick=${() => setQuery({ show: name === "all" ? null : name })}>
        ${text} <span class="num">${count}</span>
      </button>`;
    })}
  </div>`;
}

/**
 * Rows in their order. Live values would have them jump under the hand: while the question
 * stays the same they change places only every few seconds.
 * @param {any[]} views @param {string} order @param {string} question
 */
function useStableRows(views, order, question) {
  const kept = useRef({ rows: /** @type {any[]} */ ([]), question: "", ids: "", atMs: 0 });
  const ids = useMemo(() => views.map((v) => `${v.station}:${v.connectors.length}`).sort().join("\n"), [views]);
  const was = kept.current;
  const isFresh = was.question === question && was.ids === ids && Date.now() - was.atMs < REORDER_MS;
  if (isFresh) return was.rows;
  const rows = rowsOf(ordered(views, order, valueNow));
  const shown = isSameRows(rows, was.rows) ? was.rows : rows;
  kept.current = { rows: shown, question, ids, atMs: Date.now() };
  return shown;
}

const rowHeight = () =>
  Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 46;

/** @param {{rows: any[]}} props */
function Rows({ rows }) {
  const row = (at) => {
    const { id, where, kind } = rows[at];
    return html`<${StationRow} key=${`${id}/${where}/${kind}`} id=${id} where=${where} kind=${kind} at=${at + 2} />`;
  };
  return html`<div class="sites-rows">
    <${VirtualRows} count=${rows.length} heightOf=${rowHeight} row=${row} label="Stations and their connectors" head=${HEAD} columns=${6} />
  </div>`;
}

function NoneFound() {
  return html`<${Empty} icon="search" title="No station is like that">
    <button class="btn" type="button" onClick=${() => setQuery({ q: null, show: null })}>Show all</button>
  </${Empty}>`;
}
