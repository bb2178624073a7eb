// @ts-check
/** Whoever comes back finds a page as it was left: its list, and how far down it was read. */
import { hold, isHeld, letGo } from "./hold.js";
import { href, route } from "./router.js";
import { keep, kept } from "./tab.js";

const MOST = 100;
const TOPS = "tops";
const LIST = "list";

/** @type {Map<string, number>} by entry of the history, and by address */
const tops = new Map(kept(TOPS, []));
/** @type {Record<string, string>} */
let listQuery = kept(LIST, {});
/** The entry of the history that is in the page. */
let shown = "";
let isReturning = false;
let made = 0;

// A browser does it when the page is loaded: its content comes later.
history.scrollRestoration = "manual";
window.addEventListener("scroll", keepTop, { passive: true });
window.addEventListener("pagehide", keepAll);
// A tab in the background may be ended without a word.
document.addEventListener("visibilitychange", () => document.hidden && keepAll());

/** The number of the entry of the history that we are at. @returns {string} */
function entry() {
  if (history.state?.entry) return history.state.entry;
  made += 1;
  const number = `${performance.timeOrigin}/${made}`;
  history.replaceState({ ...history.state, entry: number }, "");
  return number;
}

const address = () => href(route.peek().segments, route.peek().query);

function keepTop() {
  // What a page does that makes room for another is not the reader's.
  if (history.state?.entry !== shown || isHeld()) return;
  note(shown);
  note(address());
}

/** @param {string} place */
function note(place) {
  tops.delete(place); // The newest are the last.
  tops.set(place, window.scrollY);
}

function keepAll() {
  keep(TOPS, [...tops].slice(-MOST));
  keep(LIST, listQuery);
}

/** A page is there: it is put as far down as it was read before; a new one at its beginning. */
export function arrive() {
  shown = entry();
  hold(tops.get(isReturning ? address() : shown) ?? 0);
  isReturning = false;
}

/** Another part of the same page is there: a new one stays where it is. */
export function turn() {
  const here = entry();
  if (here === shown) return;
  shown = here;
  letGo();
  if (tops.has(here)) hold(tops.get(here) ?? 0);
  else keepTop();
}

/** How the list of stations is looked at. @param {Record<string, string>} query */
export function keepList(query) {
  listQuery = query;
}

/** A link back to the list, as it was looked at: its href, and what a click does. */
export const toList = () => ({
  href: href([], listQuery),
  text: "All stations",
  onClick: () => {
    isReturning = true;
  },
});
