// @ts-check
/** Keys that go from one to the next. */
import { useEffect, useRef } from "../../lib/html.js";

/** @type {Record<string, 1 | -1>} */
const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/**
 * They work as long as the dialog around an element is open, wherever in it the
 * focus is: what was just opened has it on its first button, a click beside a button on none.
 * @param {{current: HTMLElement | null}} own @param {(by: 1 | -1) => void} go
 */
export function useStepKeys(own, go) {
  const newest = useRef(go);
  newest.current = go;
  useEffect(() => {
    const press = (/** @type {KeyboardEvent} */ event) => {
      const by = STEPS[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!isAbout(event, own.current) || isForScrolling(event)) return;
      event.preventDefault();
      newest.current(by);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** Another dialog may lie above. @param {KeyboardEvent} event @param {HTMLElement | null} own */
const isAbout = ({ target }, own) => target === document.body || Boolean(own?.closest("dialog")?.contains(/** @type {Node} */ (target)));

/** A long text that has the focus is scrolled by the arrows. @param {KeyboardEvent} event */
function isForScrolling({ key, target }) {
  const text = key.startsWith("Arrow") && target instanceof Element && target.closest(".frame-text");
  return text && text.scrollHeight > text.clientHeight;
}
