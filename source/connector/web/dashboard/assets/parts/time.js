// @ts-check
import { html } from "../lib/html.js";
import { ago, dateTime, duration } from "../lib/format.js";
import { now } from "../lib/state.js";

/** "3 min ago", the whole time as its title. @param {{time: string | null | undefined, never?: string}} props */
export function TimeAgo({ time, never = "never" }) {
  if (!time) return html`<span class="muted">${never}</span>`;
  return html`<time datetime=${time} title=${dateTime(time)}>${ago(time, now.value)}</time>`;
}

/** How long something takes already, or took. @param {{since: string, until?: string | null}} props */
export function Elapsed({ since, until = null }) {
  const end = until ? Date.parse(until) : now.value;
  return html`<span class="num">${duration((end - Date.parse(since)) / 1000)}</span>`;
}
