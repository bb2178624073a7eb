// @ts-check
/** What stations and the connector say to each other, as it is on the wire. */
import { html, useEffect, useMemo, useSignal } from "../lib/html.js";
import { get, url } from "../lib/api.js";
import { plural } from "../lib/format.js";
import { link, stationIds, watch, watchFrames } from "../lib/state.js";
import { announce } from "../parts/announce.js";
import { ActionButton } from "../parts/button.js";
import { Icon } from "../parts/icons.js";
import { Empty, ErrorNote, Loading, PageHead } from "../parts/page.js";
import { saveLines } from "./frames/download.js";
import { Filters, NAMES, picked, showAll } from "./frames/filters.js";
import { FrameList } from "./frames/list.js";
import { FETCHED, Log, MOST } from "./frames/log.js";
import { Pair } from "./frames/pair.js";
import { asked, useSought } from "./frames/sought.js";
import { stepsOf } from "./frames/steps.js";

export const title = () => "Messages";
/** The answer where the frame log is off. */
const IS_OFF = 404;
/** What was held when the page was left: it is there when one comes back. */
let held = /** @type {Log | null} */ (null);

/** @param {{query: Record<string, string>}} props */
export default function Page({ query }) {
  const log = useMemo(() => held ?? new Log(), []);
  useEffect(() => () => {
    held = log.isPaused.peek() ? log : null;
  }, []);
  const error = useSignal(/** @type {any} */ (null));
  const activeKey = useSignal(/** @type {any} */ (null));
  const opened = useSignal(/** @type {any} */ (null));
  // One station that is known: the connector sends only its frames.
  const only = stationIds.value.includes(query.station ?? "") ? query.station : "";
  const { older, further } = useFrames(log, only, error);
  useMemo(() => log.filter(picked(query)), NAMES.map((name) => query[name]));
  const sought = useSought(log, asked(query, only), error);
  return html`<${PageHead} title="Messages" sub="What stations and the connector say to each other, as it is on the wire. Passwords, keys and the like are hidden.">${error.value?.status !== IS_OFF && html`<${Actions} log=${log} query=${asked(query, only)} />`}</${PageHead}>
    <${ErrorNote} error=${error.value} />
    <section class="card flush frames" aria-label="Frame log">
      <h2 class="visually-hidden">Frame log</h2>
      <${Filters} chosen=${picked(query)} actions=${log.actions.value} />
      <${Told} log=${log} isLive=${link.value === "up" && !error.value} pages=${log.isFiltered ? sought : { older, further }} />
      <${Rows} log=${log} isSeeking=${sought.isSeeking} active=${activeKey} opened=${opened} error=${error} />
    </section>
    ${opened.value && html`<${Pair} log=${log} frame=${opened.value} steps=${stepsOf(log, activeKey, opened)} onClose=${() => (opened.value = null)} />`}`;
}

/**
 * Fetches what was, and listens to what comes. @param {Log} log @param {string} only @param {any} error
 */
function useFrames(log, only, error) {
  const older = useSignal(/** @type {string | null} */ (null));
  useEffect(() => {
    const ended = new AbortController();
    /** @param {number} until What came later may be missing: the stream was not there. */
    const fetchOlder = async (until) => {
      try {
        let [cursor, isWhole] = [/** @type {string | null} */ (null), false];
        for (let left = MOST / FETCHED; left > 0 && !isWhole; left -= 1) {
          const query = { station: only, limit: FETCHED, cursor };
          const page = await get("messages", query, { signal: ended.signal });
          log.addOlder(page.items);
          older.value = cursor = page.next;
          isWhole = until < 0 || !cursor || page.items.some(({ number }) => number <= until);
        }
        error.value = null;
      } catch (problem) {
        if (!ended.signal.aborted) error.value = problem;
      }
    };
    watch(only || null);
    const stop = watchFrames({
      onFrame: (record) => log.take(record, !only),
      onHello: ({ started }) => {
        fetchOlder(log.begin(started));
      },
    });
    return () => {
      ended.abort();
      stop();
      watch(null);
    };
  }, [only]);
  const further = async () => {
    const limit = Math.min(FETCHED, MOST - log.frames.length);
    const page = await get("messages", { station: only, limit, cursor: older.value });
    log.addOlder(page.items);
    older.value = page.next;
    announce(`${plural(log.shown.length, "message")} shown`);
  };
  return { older, further };
}

/** @param {{log: Log, query: Record<string, any>}} props query: as the connector takes it */
function Actions({ log, query }) {
  log.revision.value; // Read: the number that waits changes.
  const isPaused = log.isPaused.value;
  const waits = log.waiting.length;
  const turn = () => {
    log.pause(!isPaused);
    announce(isPaused ? "New messages are shown" : "Paused: new messages wait");
  };
  return html`<button class=${`btn ${isPaused ? "btn-primary" : ""}`} type="button" onClick=${turn}>
      <${Icon} name=${isPaused ? "play" : "pause"} />${isPaused ? html`Go on <span class="num">(${waits >= MOST ? `${MOST}, the newest,` : waits} waiting)</span>` : "Pause"}
    </button>
    <button class="btn" type="button" disabled=${log.shown.length === 0} onClick=${() => saveLines(log.shown)}><${Icon} name="download" />Download what is shown</button>
    <a class="btn" href=${url("messages.jsonl", query)} download><${Icon} name="download" />${log.isFiltered ? "All kept that fit" : "All that is kept"}</a>`;
}

/**
 * How many there are; told without a stream of words to screen readers.
 * @param {{log: Log, isLive: boolean, pages: {older: any, further: () => Promise<any>}}} props
 */
function Told({ log, isLive, pages }) {
  log.revision.value;
  const hasRoom = (log.isFiltered ? log.sought.size : log.frames.length) < MOST;
  const hasOlder = Boolean(pages.older.value);
  return html`<div class="frame-told row small muted num"><p>
    ${plural(log.shown.length, "message")}${log.isPaused.value ? " · paused" : isLive && " · live"}
    ${log.dropped > 0 && html` · <span>${plural(log.dropped, "older one")} let go: the page keeps the newest ${MOST}</span>`}
    ${log.missed > 0 && html` · <span>${plural(log.missed, "message")} not sent: too many at once</span>`}
    ${hasOlder && !hasRoom && " · older ones are kept: take them along"}
  </p>${log.isFiltered && log.shown.length > 0 && html`<button class="btn btn-small btn-quiet" type="button" onClick=${showAll}>Show all</button>`}
  ${hasOlder && hasRoom && html`<${ActionButton} small=${true} kind="quiet" run=${pages.further}>Look further back</${ActionButton}>`}</div>`;
}

/** @param {{log: Log, isSeeking: any, active: any, opened: any, error: any}} props */
function Rows({ log, isSeeking, active, opened, error }) {
  log.revision.value; // Read: the page around it is not drawn again for each message.
  if (log.shown.length === 0) return error.value ? null : html`<${Nothing} log=${log} isSeeking=${isSeeking.value} />`;
  return html`<${FrameList} log=${log} activeKey=${active.value} onActive=${(key) => (active.value = key)} onOpen=${(frame) => (opened.value = frame)} />`;
}

/** @param {{log: Log, isSeeking: boolean}} props */
function Nothing({ log, isSeeking }) {
  if (log.frames.length > 0 && isSeeking) return html`<${Loading} text="Looking through all that is kept…" />`;
  if (log.frames.length > 0) {
    return html`<${Empty} icon="search" title="No message that is kept is like that"><button class="btn" type="button" onClick=${showAll}>Show all</button></${Empty}>`;
  }
  if (!log.isFetched) return html`<${Loading} />`;
  return html`<${Empty} icon="frames" title="No message yet">As soon as a station says something it is here.</${Empty}>`;
}
