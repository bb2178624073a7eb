// @ts-check
/** Texts of stations, which may be of any length. */
import { html, useState } from "../lib/html.js";
import { brief, plural } from "../lib/format.js";

const MOST = 300;

/** Its beginning where it is long, and all of it on demand. @param {{text: string}} props */
export function LongText({ text }) {
  const [isWhole, setWhole] = useState(false);
  if (text.length <= MOST) return html`<span class="wrap">${text}</span>`;
  const toggle = html`<button class="btn btn-small" type="button" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
    ${isWhole ? "Show less" : `Show all (${plural(text.length, "letter")})`}
  </button>`;
  return html`<span class=${`wrap long ${isWhole ? "is-whole" : ""}`} role=${isWhole ? "region" : undefined} aria-label=${isWhole ? "All of it" : undefined} tabindex=${isWhole ? 0 : undefined}>${isWhole ? text : brief(text, MOST)}</span> ${toggle}`;
}
