// @ts-check
/** A station as other pages speak of it. */
import { nameOf } from "../../lib/fleet.js";
import { html } from "../../lib/html.js";
import { href } from "../../lib/router.js";
import { station } from "../../lib/state.js";

/** By its name; its identity is in the title. @param {{id: string, className?: string}} props */
export function StationLink({ id, className = "" }) {
  const view = station(id).value ?? { station: id };
  return html`<a class=${className} href=${href(["stations", id])} title=${[view.name, id].filter(Boolean).join(" · ")}>${nameOf(view)}</a>`;
}
