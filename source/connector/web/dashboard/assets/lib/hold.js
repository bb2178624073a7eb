// @ts-check
/** Holds a page where it was read, while its content comes bit by bit. */

const AT_MOST_MS = 10_000;
/** Browsers place pages at parts of pixels. */
const NEAR = 2;

/** @typedef {{top: number, put: number, timer: number}} Held put: where it could be put so far */
let held = /** @type {Held | null} */ (null);
const root = document.documentElement;
const growth = new ResizeObserver(() => isHeld() && place());

/** Puts the page there, and again as it grows, until somebody scrolls. @param {number} top */
export function hold(top) {
  letGo();
  if (top === 0) return window.scrollTo(0, 0);
  held = { top, put: 0, timer: setTimeout(letGo, AT_MOST_MS) };
  root.classList.add("is-held");
  growth.observe(document.body);
  return place();
}

/** Nobody comes back to where the page was. */
export function letGo() {
  if (!held) return;
  clearTimeout(held.timer);
  held = null;
  growth.disconnect();
  root.classList.remove("is-held");
}

/** Whether the page is held, and nobody has scrolled it since. */
export function isHeld() {
  if (held && !isStill(held)) letGo();
  return held !== null;
}

function place() {
  if (!held) return;
  window.scrollTo(0, held.top);
  held.put = window.scrollY;
}

/** Whether it is where it was put; one that became shorter is at its end. @param {Held} held */
function isStill({ top, put }) {
  const end = root.scrollHeight - window.innerHeight;
  const isAt = (/** @type {number} */ place) => Math.abs(window.scrollY - place) <= NEAR;
  return isAt(put) || (end < top && isAt(end));
}
