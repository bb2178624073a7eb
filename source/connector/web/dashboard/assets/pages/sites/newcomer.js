// @ts-check
/** The first page of somebody who has no station yet: exactly what to do next. */
import { html } from "../../lib/html.js";
import { Icon } from "../../parts/icons.js";
import { Connect } from "../../parts/connect.js";
import { STRANGERS, useWay } from "../../parts/strangers.js";

export function Newcomer() {
  const way = useWay();
  return html`<section class="card stack" aria-label="Connect your first station">
    <div>
      <h2>Connect your first station</h2>
      <p class="muted">The connector runs and waits. ${(STRANGERS[way.unknown] ?? STRANGERS.pending).newcomer}</p>
    </div>
    <${Connect} way=${way} />
    <p class="all-well" role="status"><${Icon} name="plug" />Waiting for a station…</p>
  </section>`;
}
