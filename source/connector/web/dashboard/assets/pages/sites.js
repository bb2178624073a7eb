// @ts-check
/** All stations at a glance; what needs somebody comes first. */
import { html, useEffect, useMemo } from "../lib/html.js";
import { keepList } from "../lib/back.js";
import { isCharging, isPending, isPlausible, powerOf } from "../lib/fleet.js";
import { plural, power } from "../lib/format.js";
import { href } from "../lib/router.js";
import { isLoaded, now, paced, revision, stationIds, stationViews, valueNow } from "../lib/state.js";
import { Icon } from "../parts/icons.js";
import { Loading, PageHead } from "../parts/page.js";
import { Attention } from "./sites/attention.js";
import { Newcomer } from "./sites/newcomer.js";
import { StationList } from "./sites/list.js";

const PACE_MS = 300;

export const title = () => "Stations";

/** @param {{query: Record<string, string>}} props */
export default function Page({ query }) {
  const pace = useMemo(() => paced(revision, PACE_MS), []);
  useEffect(() => pace.stop, []);
  pace.slow.value; // Read: this is shown again when it changes.
  keepList(query);
  if (!isLoaded.value) return html`<${PageHead} title="Stations" /><${Loading} />`;
  const known = stationViews();
  const views = stationIds.value.map((id) => known.get(id));
  if (views.length === 0) return html`<${PageHead} title="Stations" /><${Newcomer} />`;
  return html`<${PageHead} title="Stations" sub=${html`<${Summary} views=${views} />`}>
      <a class="btn" href=${href(["adopt"])}><${Icon} name="add" />Add a station</a>
    </${PageHead}>
    <${Attention} views=${views} />
    <${StationList} views=${views} query=${query} />`;
}

/** @param {{views: any[]}} props */
function Summary({ views }) {
  now.value; // Read: values change without their stations.
  const online = views.filter((view) => view.registration !== "Rejected" && view.connected).length;
  const waiting = views.filter(isPending).length;
  const charging = views.filter(isCharging).length;
  const powers = views.map((view) => powerOf(view, valueNow));
  const counted = powers.filter(isPlausible);
  const total = counted.reduce((sum, each) => sum + (each ?? 0), 0);
  const wrong = powers.length - counted.length;
  return html`<span class="num">${plural(views.length, "station")} · ${waiting > 0 && `${waiting} waiting · `}${online} online · ${charging} charging · ${power(total)}${wrong > 0 && ` · without ${plural(wrong, "power")} that cannot be`}</span>`;
}
