// @ts-check
/**
 * Keeps the place of whoever uses the keyboard. What an action takes out of the page, a button,
 * its row or its list, takes the focus with it, and a browser begins at the top again: here the
 * focus goes on to what stands beside it.
 */

const ROW = "tr, li, [role=row]";
const GROUP = `${ROW}, form`;
const HEADING = "h1, h2, h3";
const CAN_HAVE = "a[href], button, input, select, textarea, summary";

/**
 * @typedef {{child: Element, parent: Element, index: number}} Step from an element outwards
 * @typedef {{steps: Step[], text: string, ordinal: number}} Place ordinal: among what can have the focus in its group
 */

/** Where each element was when it had the focus. @type {WeakMap<Element, Place>} */
const places = new WeakMap();
let last = /** @type {HTMLElement | null} */ (null);

/** Begins; called once by app.js. */
export function keepFocus() {
  document.addEventListener("focusin", ({ target }) => note(target));
  // Rows come and go between the two.
  document.addEventListener("click", ({ target }) => last?.contains(/** @type {Node} */ (target)) && note(last), true);
  document.addEventListener("pointerdown", leave, true);
  const wanted = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] };
  new MutationObserver(look).observe(document.body, wanted);
}

/** Gives the focus to an element, or to what is beside where it was. @param {HTMLElement} element */
export function focusNear(element) {
  const found = canHave(element) ? element : beside(element);
  found?.focus({ preventScroll: true });
  // Whoever points sees where he is: for him the page stays as it is.
  if (found?.matches(`:focus-visible:is(${HEADING})`)) found.scrollIntoView({ block: "nearest" });
}

/** @param {EventTarget | null} target */
function note(target) {
  if (!(target instanceof HTMLElement)) return;
  last = target;
  places.set(target, { steps: [...stepsOf(target)], text: textOf(target), ordinal: ordinalOf(target) });
}

/** Who clicks elsewhere wants the focus to go. @param {Event} event */
function leave({ target }) {
  if (!last?.contains(/** @type {Node} */ (target))) last = null;
}

function look() {
  const active = document.activeElement;
  const isLost = !active || active === document.body || (active === last && !canHave(active));
  if (last && isLost && document.hasFocus()) focusNear(last);
}

/** @param {Element} element @returns {Generator<Step>} */
function* stepsOf(element) {
  for (let child = element; child.parentElement; child = child.parentElement)
    yield { child, parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) };
}

/** @param {Element} element */
function ordinalOf(element) {
  const group = element.closest(GROUP);
  return group ? [...group.querySelectorAll(CAN_HAVE)].filter(isAble).indexOf(element) : 0;
}

/** @param {Element} element */
const textOf = (element) => element.textContent ?? "";

/** @param {Element} element */
const isAble = (element) => !element.matches(":disabled");

/** @param {Element} element */
const canHave = (element) => element.isConnected && isAble(element);

/** @param {HTMLElement} lost @returns {HTMLElement | null | undefined} */
function beside(lost) {
  const place = places.get(lost);
  const step = place?.steps.find(({ parent }) => parent.isConnected);
  if (!place || !step) return headingOf(null);
  const all = [...(groupAt(step)?.querySelectorAll(CAN_HAVE) ?? [])].filter(isAble);
  const same = all.find((each) => textOf(each) === place.text);
  const found = same ?? all[Math.min(Math.max(place.ordinal, 0), all.length - 1)];
  return /** @type {HTMLElement | undefined} */ (found) ?? headingOf(step.parent);
}

/** The row that took its place, or else the one before; what it was in, if that is there. @param {Step} step */
function groupAt({ child, parent, index }) {
  if (child.isConnected || !child.matches(ROW)) return parent.closest(GROUP);
  return [parent.children[index], parent.children[index - 1]].find((each) => each?.matches(ROW));
}

/** Of the part of the page that it was in. @param {Element | null} inside */
function headingOf(inside) {
  const own = inside?.closest("section")?.querySelector(HEADING);
  const found = /** @type {HTMLElement | null} */ (own ?? document.querySelector("#main h1"));
  if (found && !found.hasAttribute("tabindex")) found.tabIndex = -1;
  return found;
}
