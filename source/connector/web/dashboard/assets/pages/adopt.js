// @ts-check
/** How a station comes here, and those that wait to be let in. */
import { html } from "../lib/html.js";
import { isPending } from "../lib/fleet.js";
import { isLoaded, revision, stationViews } from "../lib/state.js";
import { Connect } from "../parts/connect.js";
import { Notice, PageHead, Section } from "../parts/page.js";
import { Waiting } from "../parts/waiting.js";
import { Register } from "./adopt/register.js";

export const title = () => "Add a station";

export default function Page() {
  revision.value; // Read: this is shown again when a station comes.
  const pending = [...stationViews().values()].filter(isPending);
  return html`<${PageHead} title="Add a station" sub="Point it here, then let it in." />
    ${pending.length > 0
      ? html`<${Waiting} views=${pending} />`
      : isLoaded.value && html`<${Notice}>No station is waiting. One that connects appears here at once.</${Notice}>`}
    <${Section} title="Connect a charger"><${Connect} /></${Section}>
    <${Section} title="Register one before it comes"><${Register} /></${Section}>`;
}
