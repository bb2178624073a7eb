// @ts-check
/** Transactions, newest first: filter, totals, pages, CSV. */
import { computed, html, useEffect, useMemo, useRef, useSignal } from "../../lib/html.js";
import { all, get, url } from "../../lib/api.js";
import { dateTime, energy, shortTime } from "../../lib/format.js";
import { href, setQuery } from "../../lib/router.js";
import { on } from "../../lib/state.js";
import { announce } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Icon } from "../../parts/icons.js";
import { Empty, ErrorNote, Loading, PageHead, Section } from "../../parts/page.js";
import { Badge, OpenBadge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { Elapsed } from "../../parts/time.js";
import { StationLink } from "../station/link.js";
import { placeOf, stationCalled } from "../station/naming.js";
import { Filters } from "./filters.js";
import { asked, fits, mistakes, NAMES } from "./query.js";
import { Totals } from "./totals.js";
import { why } from "./words.js";

const AT_ONCE = 100;
/** As many as the API gives in one page. */
const AT_MOST = 1000;
const TYPED_MS = 300;

/** @param {{query: Record<string, string>}} props */
export function List({ query }) {
  const wrong = mistakes(query);
  const only = useMemo(() => computed(() => stationCalled(query.station?.trim() ?? "")), [query.station]).value;
  const isWrong = Object.keys(wrong).length > 0;
  const wanted = useMemo(() => (isWrong ? null : asked(query, only)), [...NAMES.map((name) => query[name]), only]);
  const found = useList(wanted);
  const { items, next, error, isLoading } = found;
  const shown = items.value.slice(0, found.most.value);
  return html`<${PageHead} title="Transactions" sub="Who charged where, when, and how much. The newest first.">
      ${wanted && html`<a class="btn" href=${url("transactions.csv", wanted)} download><${Icon} name="download" />CSV of these</a>`}
    </${PageHead}>
    <section class="card" aria-label="Filter"><${Filters} query=${query} mistakes=${wrong} /></section>
    <${ErrorNote} error=${error.value} retry=${found.reload} />
    ${items.value.length > 0 && html`<section class="card" aria-label="Totals of these"><${Totals} items=${items.value} isWhole=${!next.value} more=${found.rest} /></section>`}
    <${Section} title="Transactions" flush=${true}>
      ${isLoading.value && items.value.length === 0 ? html`<${Loading} />` : html`<${Table} items=${shown} isFiltered=${NAMES.some((name) => query[name])} />`}
      ${(next.value || shown.length < items.value.length) && html`<div class="list-foot"><${ActionButton} run=${found.more}>Show more</${ActionButton}></div>`}
    </${Section}>`;
}

/** The list that a filter has, kept in step with what happens. @param {import("./query.js").Wanted | null} wanted */
function useList(wanted) {
  const items = useSignal(/** @type {any[]} */ ([]));
  const next = useSignal(/** @type {string | null} */ (null));
  const error = useSignal(/** @type {any} */ (null));
  const isLoading = useSignal(true);
  const reloads = useSignal(0);
  /** How many are shown; more than these may be known, for their totals. */
  const most = useSignal(Math.min(history.state?.shown ?? AT_ONCE, AT_MOST));
  const last = useRef(wanted);
  const show = (/** @type {number} */ count) => {
    most.value = count;
    // Whoever comes back finds as many.
    history.replaceState({ ...history.state, shown: count }, "");
  };
  useEffect(() => {
    if (!wanted) return undefined;
    if (last.current !== wanted) show(AT_ONCE);
    last.current = wanted;
    const ended = new AbortController();
    isLoading.value = true;
    const timer = setTimeout(async () => {
      try {
        const page = await get("transactions", { ...wanted, limit: Math.min(most.peek(), AT_MOST) }, { signal: ended.signal });
        items.value = page.items;
        next.value = page.next;
        error.value = null;
      } catch (problem) {
        if (!ended.signal.aborted) error.value = problem;
      } finally {
        if (!ended.signal.aborted) isLoading.value = false;
      }
    }, TYPED_MS);
    const stops = [
      on("transaction", (item) => (items.value = merged(items.value, item, wanted))),
      on("up", () => (reloads.value += 1)),
    ];
    return () => {
      clearTimeout(timer);
      ended.abort();
      stops.forEach((stop) => stop());
    };
  }, [wanted, reloads.value]);
  const add = (more) => {
    const known = new Set(items.value.map((item) => item.key));
    items.value = [...items.value, ...more.filter((item) => !known.has(item.key))];
  };
  const more = async () => {
    if (items.value.length <= most.value) await fetchMore();
    show(most.value + AT_ONCE);
    announce(`${Math.min(most.value, items.value.length)} transactions are shown`);
  };
  const fetchMore = async () => {
    if (!next.value) return;
    const page = await get("transactions", { ...wanted, limit: AT_ONCE, cursor: next.value });
    next.value = page.next;
    add(page.items);
  };
  const rest = async () => {
    const found = await all("transactions", { ...wanted, limit: 500 });
    next.value = null;
    add(found);
  };
  const reload = () => (reloads.value += 1);
  return { items, most, next, error, isLoading, more, rest, reload };
}

/** @param {any[]} items newest first @param {any} item that changed @param {import("./query.js").Wanted} wanted */
function merged(items, item, wanted) {
  const at = items.findIndex((each) => each.key === item.key);
  if (at >= 0) return fits(item, wanted) ? items.with(at, item) : items.toSpliced(at, 1);
  // Older than what is shown: a later page has it.
  if (!fits(item, wanted) || (items.length > 0 && item.key < items[items.length - 1].key)) return items;
  return [item, ...items].sort((a, b) => (a.key < b.key ? 1 : -1));
}

const COLUMNS = [
  { key: "start", label: "Start", className: "unbroken", cell: ({ key, start }) => html`<a href=${href(["transactions", key])} title=${dateTime(start)}>${shortTime(start)}</a>` },
  { key: "station", label: "Station", cell: ({ station, where }) => html`<span class="unbroken"><${StationLink} id=${station} className="cut" /> <span class="muted">${placeOf(station, where)}</span></span>` },
  { key: "token", label: "Token", cell: ({ token }) => (token ? html`<span class="wrap">${token}</span>` : html`<span class="muted">none</span>`) },
  { key: "duration", label: "Duration", num: true, cell: ({ start, stop }) => html`<${Elapsed} since=${start} until=${stop} />` },
  { key: "energy", label: "Energy", num: true, cell: (item) => energy(item.energy) },
  { key: "state", label: "State", cell: (item) => html`<${State} item=${item} />` },
];

/** @param {{item: any}} props */
export function State({ item }) {
  if (item.stop === null) return html`<${OpenBadge} since=${item.unconfirmed_since} />`;
  return html`<span><${Badge} tone="off" shape="■">Ended</${Badge}> <span class="muted small">${why(item)}</span></span>`;
}

/** @param {{items: any[], isFiltered: boolean}} props */
function Table({ items, isFiltered }) {
  const none = Object.fromEntries(NAMES.map((name) => [name, null]));
  const empty = isFiltered
    ? html`<${Empty} icon="search" title="No transaction is like that"><button class="btn" type="button" onClick=${() => setQuery(none)}>Show all</button></${Empty}>`
    : html`<${Empty} icon="transactions" title="No transaction yet">As soon as somebody charges it is here.</${Empty}>`;
  return html`<${DataTable} caption="Transactions, the newest first" columns=${COLUMNS} rows=${items} keyOf=${(item) => item.key} empty=${empty} />`;
}
