// @ts-check
/** The last messages between the station and the connector. */
import { html, useEffect } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { clock, UNKNOWN } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { watchFrames } from "../../lib/state.js";
import { Empty, ErrorNote, Loading, Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { useFetched } from "./fetched.js";

const MOST = 12;

const COLUMNS = [
  { key: "time", label: "Time", cell: (row) => html`<span class="num">${clock(row.time)}</span>` },
  { key: "direction", label: "Direction", cell: (row) => directionText(row) },
  { key: "kind", label: "Kind", cell: (row) => row.kind },
  { key: "action", label: "Action", cell: (row) => html`<span class="wrap">${row.action ?? UNKNOWN}</span>` },
];

/** @param {any} row */
const directionText = ({ direction }) => (direction === "in" ? "← from the station" : direction === "out" ? "→ to the station" : UNKNOWN);

/** @param {{view: any}} props */
export function Frames({ view }) {
  const id = view.station;
  const { data, problem, again } = useFetched((signal) => get("messages", { station: id, limit: MOST }, { signal }), [id]);
  useEffect(() => watchFrames({
    onFrame: (told) => {
      const items = data.peek()?.items;
      // One that has got a note comes again.
      if (items && !items.some(({ number }) => number === told.number)) data.value = { ...data.peek(), items: [...items, told].slice(-MOST) };
    },
  }), [id]);
  const aside = html`<a href=${href(["frames"], { station: id })}>All messages of this station</a>`;
  return html`<${Section} title="Last messages" aside=${aside} flush>
    <${ErrorNote} error=${problem.value} retry=${again} />
    ${data.value
      ? html`<${DataTable} caption="Last messages, the newest first" columns=${COLUMNS} rows=${[...data.value.items].reverse()} keyOf=${(row) => String(row.number)} empty=${html`<${Empty} icon="frames" title="Nothing was said since the connector started" />`} />`
      : !problem.value && html`<${Loading} />`}
  </${Section}>`;
}
