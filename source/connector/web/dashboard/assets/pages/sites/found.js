// @ts-check
/** Links from what needs attention into the list below, which is then in sight. */
import { html, signal, useEffect } from "../../lib/html.js";
import { href } from "../../lib/router.js";

/** The kind of stations that somebody wants to see. @type {import("@preact/signals").Signal<{show: string} | null>} */
const wanted = signal(null);

/** @param {{show: string, children?: any}} props show: one of GROUPS */
export const Found = ({ show, children }) =>
  html`<a href=${href([], { show })} onClick=${() => (wanted.value = { show })}>${children}</a>`;

/**
 * Brings the list in sight, and the focus to the filter of it, once it shows what is wanted.
 * @param {{current: HTMLElement | null}} list @param {string} show what it shows
 */
export function useFound(list, show) {
  const { value } = wanted;
  useEffect(() => {
    if (value?.show !== show) return;
    wanted.value = null;
    const filter = /** @type {HTMLElement | null | undefined} */ (list.current?.querySelector("[aria-pressed=true]"));
    filter?.focus({ preventScroll: true });
    // A phone has no room for all filters beside each other.
    filter?.scrollIntoView({ inline: "center" });
    list.current?.scrollIntoView({ block: "start" });
  }, [value, show]);
}
