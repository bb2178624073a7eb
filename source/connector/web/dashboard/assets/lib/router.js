// @ts-check
/** Where in the page we are: the part of the URL behind `#/`, which no proxy sees. */
import { signal } from "@preact/signals";
import { isUnsaved, mayLeave } from "./unsaved.js";

const WRITTEN_AFTER_MS = 250;

/** @typedef {{segments: string[], query: Record<string, string>}} Route */

/** @type {import("@preact/signals").Signal<Route>} */
export const route = signal(read());

let waiting = 0;

window.addEventListener("hashchange", () => {
  clearTimeout(waiting);
  const next = read();
  if (isUnsaved() && !isHere(next)) askFirst();
  else route.value = next;
});

/** @param {Route} next */
const isHere = ({ segments }) => segments.join("/") === route.peek().segments.join("/");

/** The browser is elsewhere already: it is brought back, and goes there once somebody says so. */
async function askFirst() {
  const { segments, query } = route.peek();
  // Whichever way it went: one step back from here leads there.
  history.pushState(null, "", href(segments, query));
  route.value = read();
  if (await mayLeave()) history.back();
}

/** @returns {Route} */
function read() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return {
    segments: path.split("/").filter(Boolean).map(decoded),
    query: queryOf(query),
  };
}

/** @param {string} [text] */
function queryOf(text = "") {
  return Object.fromEntries(new URLSearchParams(text));
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (_) {
    return text; // Typed by hand: a % that encodes nothing.
  }
}

/**
 * The href of a place: href(["stations", id], {tab: "log"}); null, "" are left out.
 * @param {string[]} segments @param {Record<string, unknown>} [query]
 */
export function href(segments, query = {}) {
  const kept = Object.entries(query).filter(([, v]) => v !== null && v !== undefined && v !== "");
  const text = new URLSearchParams(kept.map(([k, v]) => [k, String(v)])).toString();
  return `#/${segments.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** Go there. @param {string[]} segments @param {Record<string, unknown>} [query] */
export function go(segments, query) {
  location.hash = href(segments, query);
}

/**
 * Change the query of the place we are at, without a step in the history.
 * @param {Record<string, unknown>} changes null, "" take one out
 */
export function setQuery(changes) {
  const { segments, query } = route.peek();
  const place = href(segments, { ...query, ...changes });
  route.value = { segments, query: queryOf(place.split("?", 2)[1]) };
  // Browsers refuse to write the URL at each key of somebody who types fast.
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(history.state, "", place), WRITTEN_AFTER_MS);
}
