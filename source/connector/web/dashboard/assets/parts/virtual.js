// @ts-check
/** Rows of one height, of which only those near the window are in the page. */
import { html, useEffect, useRef, useState } from "../lib/html.js";

const BEYOND = 12;

/**
 * @param {{count: number, heightOf: () => number, row: (at: number) => any, label: string,
 *   head?: any, columns: number}} props heightOf: of each row, as the style has it now
 */
export function VirtualRows({ count, heightOf, row, label, head, columns }) {
  const own = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [[first, last], setRange] = useState([0, 40]);
  const height = heightOf();
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (own.current) setRange((was) => rangeOf(own.current, heightOf(), count, was));
      });
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", look);
      window.removeEventListener("resize", look);
    };
  }, [count, height]);
  const from = Math.min(first, Math.max(0, count - 1));
  const to = Math.min(last, count);
  const shown = Array.from({ length: Math.max(0, to - from) }, (_, at) => row(from + at));
  return html`<div role="table" aria-label=${label} aria-rowcount=${count + 1} aria-colcount=${columns}>
    ${head}
    <div role="rowgroup" ref=${own} style=${{ paddingTop: `${from * height}px`, paddingBottom: `${(count - to) * height}px` }}>${shown}</div>
  </div>`;
}

/** @param {any} element @param {number} height @param {number} count @param {number[]} was */
function rangeOf(element, height, count, was) {
  const top = -element.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(top / height) - BEYOND);
  const last = Math.min(count, Math.ceil((top + window.innerHeight) / height) + BEYOND);
  return first === was[0] && last === was[1] ? was : [first, Math.max(first, last)];
}
