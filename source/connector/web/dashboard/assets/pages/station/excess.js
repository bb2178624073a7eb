// @ts-check
import { html } from "../../lib/html.js";
import { excessOf } from "../../lib/excess.js";
import { datapoint } from "../../lib/state.js";
import { Badge } from "../../parts/status.js";

/** @param {{view: any, place: any}} props */
export function Excess({ view, place }) {
  const found = excessOf(view, place, (key) => datapoint(key).value);
  if (!found) return null;
  return html`<p class="small wrap excess"><${Badge} tone="bad" shape="▲">More flows than the limit allows</${Badge}> ${found.flows}, limit ${found.limit}</p>`;
}
