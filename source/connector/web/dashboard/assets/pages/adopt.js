// @ts-check
/** How a station comes here, and those that wait to be let in. */
import { html } from "../lib/html.js";
import { isPending } from "../lib/fleet.js";
import { isLoaded, revision, stationViews } from "../lib/state.js";
import { Connect } from "../parts/connect.js";
import { Notice, PageHead, Section } from "../parts/page.js";
import { STRANGERS, useWay } from "../parts/strangers.js";
import { Waiting } from "../parts/waiting.js";
import { Register } from "./adopt/register.js";

export const title = () => "Add a station";

export default function Page() {
  revision.value; // Read: this is shown again when a station comes.
  const pending = [...stationViews().values()].filter(isPending);
  const way = useWay();
  const words = STRANGERS[way.unknown];
  const connect = html`<${Section} key="connect" title="Connect a charger"><${Connect} way=${way} /></${Section}>`;
  const register = html`<${Section} key="register" title="Register one before it comes"><${Register} /></${Section}>`;
  return html`<${PageHead} title="Add a station" sub=${words?.sub ?? "Point it here."} />
    ${pending.length > 0
      ? html`<${Waiting} views=${pending} />`
      : isLoaded.value && words && html`<${Notice}>${words.none}</${Notice}>`}
    ${way.unknown === "reject" ? [register, connect] : [connect, register]}`;
}
