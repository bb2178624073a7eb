// @ts-check
import { html, useEffect, useRef } from "../../lib/html.js";
import { Icon } from "../../parts/icons.js";

/**
 * Seldom used actions behind a button; Escape, or a click elsewhere, closes it.
 * @param {{label: string, children?: any}} props
 */
export function Menu({ label, children }) {
  const own = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  useEffect(() => {
    /** @param {Event} event */
    const look = (event) => {
      const menu = own.current;
      if (!menu?.open) return;
      const isEscape = event instanceof KeyboardEvent && event.key === "Escape";
      const isElsewhere = event.type === "pointerdown" && !menu.contains(/** @type {Node} */ (event.target));
      if (isEscape) menu.querySelector("summary")?.focus();
      if (isEscape || isElsewhere) menu.open = false;
    };
    document.addEventListener("pointerdown", look);
    document.addEventListener("keydown", look);
    return () => {
      document.removeEventListener("pointerdown", look);
      document.removeEventListener("keydown", look);
    };
  }, []);
  return html`<details class="menu" ref=${own}>
    <summary class="btn btn-small">${label}<${Icon} name="down" size=${14} /></summary>
    <div class="menu-items card stack tight">${children}</div>
  </details>`;
}
