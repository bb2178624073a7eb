// @ts-check
/** What is wrong with the connector, or will be: in words, with what to do. */
import { ago, bytes, plural } from "../../lib/format.js";

/** @typedef {{tone: "warn" | "bad", text: string}} Warning */

/** From so many days on it is said: each is renewed in another way. */
const DAYS = { server: 30, ca: 90, crl: 2, station: 14 };
const LITTLE_BYTES = 500 * 1024 * 1024;
/** Longer than this no work should wait for its turn. */
export const MUCH_DELAY_MS = 250;
/** What was on its way when the broker came back. */
const SETTLES_MS = 5000;
const JUST_NOW_MS = 60_000;
const NAMES = { server: "The certificate of the connector", ca: "The CA of client certificates", crl: "The revocation list" };

/** How serious it is that something holds for so long. @param {number} days @param {keyof typeof DAYS} kind */
export const toneOf = (days, kind) => (days < 0 ? "bad" : days < DAYS[kind] ? "warn" : "ok");

/** @param {any} view of GET /connector @param {any} store of GET /store @param {any} pki of GET /pki @returns {Warning[]} */
export const warnings = (view, store, pki) => [...ofConnector(view), ...ofStore(store, view ? Date.parse(view.now) : Date.now()), ...ofCertificates(pki)];

/** @param {any} view @returns {Warning[]} */
function ofConnector(view) {
  /** @type {Warning[]} */
  const found = [];
  if (!view) return found;
  const { broker, store, process } = view;
  if (!broker.connected) found.push({ tone: "bad", text: `The broker at ${broker.address} does not answer. Stations are answered all the same; the newest of each value is sent when it is there again.` });
  if (!store.writable) found.push({ tone: "bad", text: `${store.location} cannot be written to. Stations keep their transactions until it can: is the disk full?` });
  if (isTooSlow(view)) found.push({ tone: "warn", text: `The broker does not take values as fast as they come: ${plural(broker.dropped, "message")} since the start were not sent. It is told the newest of each value, not those between.` });
  if (process.loop_delay_ms > MUCH_DELAY_MS) found.push({ tone: "warn", text: `Work waits ${Math.round(process.loop_delay_ms)} ms for its turn: this machine has too little to spare.` });
  return found;
}

/** Messages are dropped now, though it is there; what was while it was away is over. @param {any} view */
function isTooSlow({ broker, now }) {
  if (!broker.connected || !broker.dropped_last) return false;
  const lastMs = Date.parse(broker.dropped_last);
  return lastMs - Date.parse(broker.since) > SETTLES_MS && Date.parse(now) - lastMs < JUST_NOW_MS;
}

/** @param {any} store @param {number} nowMs @returns {Warning[]} */
function ofStore(store, nowMs) {
  /** @type {Warning[]} */
  const found = [];
  if (!store) return found;
  if (store.free_bytes !== null && store.free_bytes < LITTLE_BYTES) found.push({ tone: "bad", text: `There are ${bytes(store.free_bytes)} left on the disk of the store.` });
  if (store.history_dropped > 0) found.push({ tone: "warn", text: `${plural(store.history_dropped, "value")} of the history were lost since the start, the last ${ago(store.history_dropped_last, nowMs)}: the store was too slow, or could not write.` });
  return found;
}

/** @param {any} pki @returns {Warning[]} */
function ofCertificates(pki) {
  if (!pki) return [];
  const own = Object.entries(pki.days_left).map(([kind, days]) => told(NAMES[kind] ?? kind, days, kind in DAYS ? /** @type {any} */ (kind) : "station"));
  const stations = newestOfEach(pki.items).map((item) => told(`The certificate of ${item.common_name}`, item.days_left, "station"));
  return [...own, ...stations].filter((each) => each !== null);
}

/** @param {string} whose @param {number} days @param {keyof typeof DAYS} kind @returns {Warning | null} */
function told(whose, days, kind) {
  const tone = toneOf(days, kind);
  if (tone === "ok") return null;
  return { tone, text: days < 0 ? `${whose} has expired.` : `${whose} holds for ${plural(days, "day")} more.` };
}

/** Only what is used: older ones of the same name were replaced. @param {any[]} items newest first */
function newestOfEach(items) {
  const found = new Map();
  for (const item of items) {
    const name = `${item.station ?? ""}\n${item.common_name}`;
    if (!item.revoked && !found.has(name)) found.set(name, item);
  }
  return [...found.values()];
}
