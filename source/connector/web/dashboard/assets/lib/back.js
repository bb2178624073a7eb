// @ts-check
/** Whoever comes back finds a page as it was left: its list, and how far down it was read. */
import { href, route } from "./router.js";

/** @type {Map<string, number>} by entry of the history, and by address */
const tops = new Map();
/** @type {Record<string, string>} */
let listQuery = {};
/** The entry of the history that is in the page. */
let shown = "";
let isReturning = false;
let made = 0;

window.addEventListener("scroll", keepTop, { passive: true });

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
  if (history.state?.entry !== shown) return;
  tops.set(shown, window.scrollY);
  tops.set(address(), window.scrollY);
}

/** A page is there: how far down it was read before; 0: it is new. */
export function arrive() {
  shown = entry();
  const top = tops.get(isReturning ? address() : shown) ?? 0;
  isReturning = false;
  return top;
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
