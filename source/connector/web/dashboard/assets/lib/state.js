// @ts-check
/**
 * What the page knows: stations, datapoints, the connection. Fed by lists, then by events;
 * written at most once per animation frame, so that a storm of events is one repaint.
 */
import { batch, signal } from "@preact/signals";
import { all, get, path } from "./api.js";
import { listen } from "./events.js";
import { COMPARED } from "./excess.js";
import { keyOf } from "./keys.js";
import { SESSION_ENERGY } from "./names.js";

/** @typedef {import("@preact/signals").Signal<any>} Any */
/** @typedef {{value: any, timestamp: string | null, unit: string | null}} Value */

/** "connecting", "up", "down": down is shown in a bar, and values are greyed. */
export const link = signal("connecting");
/** What the last `hello` said: {version, started, now}, or null. */
export const hello = signal(/** @type {any} */ (null));
/** All stations' ids, sorted; a new array only when one came or went. */
export const stationIds = signal(/** @type {string[]} */ ([]));
/** Counts up with each write of stations: for what is computed over all of them. */
export const revision = signal(0);
/** Whether the stations have been fetched at least once. */
export const isLoaded = signal(false);
/** The time in ms, each second: for what is shown as "12 s ago". */
export const now = signal(Date.now());

/** @type {Map<string, any>} StationViews, by id; read with `stationViews()` */
const views = new Map();
/** @type {Map<string, Any>} */
const stationSignals = new Map();
/** @type {Map<string, Value>} */
const values = new Map();
/** @type {Map<string, Any>} */
const valueSignals = new Map();
/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();
/** What is told of all stations; of one that is watched, everything is. */
const OVERVIEW = [SESSION_ENERGY, ...COMPARED];
/** The connector's clock less ours, ms: a laptop's clock may be wrong. */
let skewMs = 0;

/** The StationView of an id as a signal; null while there is none. @param {string} id */
export function station(id) {
  let found = stationSignals.get(id);
  if (!found) stationSignals.set(id, (found = signal(views.get(id) ?? null)));
  return found;
}

/** All StationViews by id, as a plain Map: read `revision.value` to be told of changes. */
export const stationViews = () => views;

/** A datapoint as a signal of {value, timestamp, unit} or null. @param {string} key */
export function datapoint(key) {
  let found = valueSignals.get(key);
  if (!found) valueSignals.set(key, (found = signal(values.get(key) ?? null)));
  return found;
}

/**
 * The same by its parts: value("CP-7", "1", "Power.Active.Import").
 * @param {string} id @param {string} where @param {string} name @param {...string} rest
 */
export const value = (id, where, name, ...rest) => datapoint(keyOf(id, where, name, ...rest));

/** The newest value without being told of the next. @param {string} key @returns {Value | null} */
export const valueNow = (key) => values.get(key) ?? null;

/** Fetches the present values of one station, once for a page. @param {string} id */
export async function loadDatapoints(id) {
  const found = await all("datapoints", { station: id });
  write(() => found.forEach(putValue));
}

/**
 * Have a function called with each event of a type ("outcome", "transaction", "station",
 * "datapoint", "up", "hello") as it comes; gives the function that ends it.
 * @param {string} type @param {(data: any) => void} run
 */
export function on(type, run) {
  const those = listeners.get(type) ?? new Set();
  listeners.set(type, those.add(run));
  return () => {
    those.delete(run);
  };
}

/** @param {string} type @param {any} data */
function tell(type, data) {
  for (const run of listeners.get(type) ?? []) run(data);
}

/** Puts what a request answered (a StationView), without waiting for its event. @param {any} view */
export const putStation = (view) => write(() => putView(view));

/**
 * A signal that follows another one at most every so often: for lists over all stations.
 * @template T @param {import("@preact/signals").ReadonlySignal<T>} source @param {number} everyMs
 */
export function paced(source, everyMs) {
  const slow = signal(source.peek());
  let timer = 0;
  const stop = source.subscribe(() => {
    timer ||= setTimeout(() => {
      timer = 0;
      slow.value = source.peek();
    }, everyMs);
  });
  return { slow, stop: () => (clearTimeout(timer), stop()) };
}

/** Begins; called once by app.js. */
export function start() {
  setInterval(() => {
    now.value = Date.now() + skewMs;
  }, 1000);
  watch(null);
}

let watched = /** @type {string | null} */ (null);
let framesWanted = 0;
let isRenewed = false;
let stopListening = () => {};

/**
 * Has everything of one station told and nothing of the others, until it is called with null:
 * of many stations all values would be a load for the connector, and nobody looks at them.
 * @param {string | null} id
 */
export function watch(id) {
  watched = id;
  renew();
}

/**
 * Has frames told, too, of what is watched; gives the function that ends it.
 * @param {{onFrame: (record: any) => void, onHello?: (said: any) => void}} wanted onHello:
 *   the stream begins, so that what was before has to be fetched
 */
export function watchFrames({ onFrame, onHello = () => {} }) {
  const stops = [on("message", onFrame), on("hello", onHello)];
  framesWanted += 1;
  renew();
  return () => {
    stops.forEach((stop) => stop());
    framesWanted -= 1;
    renew();
  };
}

/**
 * A browser has six connections to one place for all its tabs, so that a page has one stream
 * for all that it wants: a new one, once it is known what that is.
 */
function renew() {
  if (isRenewed) return;
  isRenewed = true;
  queueMicrotask(() => {
    isRenewed = false;
    stopListening();
    stopListening = listenTo(watched);
  });
}

/** @param {string | null} id */
const listenTo = (id) =>
  listen({
    types: ["station", "datapoint", "outcome", "transaction", ...(framesWanted > 0 ? ["message"] : [])],
    stations: id === null ? [] : [id],
    names: id === null ? OVERVIEW : [],
    onEvent: take,
    onUp: begin,
    onDown: () => {
      link.value = "down";
      // Of a station that was forgotten meanwhile there is no stream: then it has to go.
      if (id !== null) refresh(id).catch(() => undefined);
    },
  });

/** Fetches one station; one that is not there any more is taken out. @param {string} id */
async function refresh(id) {
  try {
    putStation(await get(path`stations/${id}`));
  } catch (problem) {
    if (/** @type {any} */ (problem).status !== 404) throw problem;
    write(() => removeView(id));
  }
}

/** @param {any} said */
async function begin(said) {
  skewMs = said.now ? Date.parse(said.now) - Date.now() : 0;
  if (Math.abs(skewMs) < 2000) skewMs = 0;
  hello.value = said;
  tell("hello", said);
  try {
    if (watched !== null && isLoaded.peek()) await refresh(watched);
    else await reload();
    link.value = "up";
    tell("up", said);
  } catch (_) {
    link.value = "down"; // The stream is lost with it, and begins again.
  }
}

/** Fetches all stations and what the overview shows of their values. */
export async function reload() {
  const [found, powers] = await Promise.all([
    all("stations"),
    all("datapoints", { name: OVERVIEW, limit: 1000 }),
  ]);
  const kept = new Set(found.map((each) => each.station));
  write(() => {
    for (const id of [...views.keys()]) if (!kept.has(id)) removeView(id);
    found.forEach(putView);
    powers.forEach(putValue);
    isLoaded.value = true;
  });
}

// ---- events, once per frame ----

/** @type {Map<string, any>} the newest of each station and key */
const waiting = new Map();
let isAwaited = false;

/** @param {string} type @param {any} data */
function take(type, data) {
  if (type === "message") return tell(type, data); // Whoever wants them has his own pace.
  if (type === "station") waiting.set(`s${data.station}`, () => putOrRemove(data));
  else if (type === "datapoint") waiting.set(`d${data.key}`, () => putValue(data));
  else waiting.set(`${type}${waiting.size}`, () => tell(type, data));
  if (isAwaited) return;
  isAwaited = true;
  // A hidden page has no frames: it keeps up once a second.
  if (document.hidden) setTimeout(flush, 1000);
  else requestAnimationFrame(flush);
}

function flush() {
  isAwaited = false;
  const due = [...waiting.values()];
  waiting.clear();
  write(() => due.forEach((run) => run()));
}

let isChanged = false;
let isListChanged = false;

/** @param {() => void} change */
function write(change) {
  batch(() => {
    change();
    if (isListChanged) stationIds.value = [...views.keys()].sort(byName);
    if (isChanged) revision.value += 1;
    isChanged = false;
    isListChanged = false;
  });
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

/** @param {any} data */
function putOrRemove(data) {
  if (data.removed) removeView(data.station);
  else putView(data);
}

/** @param {any} view */
function putView(view) {
  isChanged = true;
  if (!views.has(view.station)) isListChanged = true;
  views.set(view.station, view);
  const shown = stationSignals.get(view.station);
  if (shown) shown.value = view;
  tell("station", view);
}

/** @param {string} id */
function removeView(id) {
  if (!views.delete(id)) return;
  isChanged = true;
  isListChanged = true;
  const shown = stationSignals.get(id);
  if (shown) shown.value = null;
  tell("station", { station: id, removed: true });
}

/** @param {{key: string, value: any, timestamp: string | null, unit: string | null}} data */
function putValue(data) {
  const found = { value: data.value, timestamp: data.timestamp, unit: data.unit };
  const before = values.get(data.key);
  if (before?.timestamp && found.timestamp && found.timestamp < before.timestamp) return;
  values.set(data.key, found);
  const shown = valueSignals.get(data.key);
  if (shown) shown.value = found;
  tell("datapoint", data);
}

