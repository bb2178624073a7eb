// @ts-check
/** The files that the station has sent to the connector itself: logs, diagnostics. */
import { html } from "../../lib/html.js";
import { all, path, url } from "../../lib/api.js";
import { bytes, dateTime } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { value } from "../../lib/state.js";
import { Empty, ErrorNote, Loading, Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { useFetched } from "./fetched.js";

const MOST = 500;
const CAPTION = "Files it has sent";

/** Saves one of them. @param {{station: string, name: string}} props */
export const FileLink = ({ station, name }) => html`<a class="wrap" href=${url(path`stations/${station}/uploads/${name}`)} download=${name}>${name}</a>`;

/** @param {string} station @returns {import("../../parts/table.js").Column[]} */
const columns = (station) => [
  { key: "name", label: "File", cell: ({ name }) => html`<${FileLink} station=${station} name=${name} />` },
  { key: "size", label: "Size", num: true, cell: ({ size }) => bytes(size) },
  { key: "time", label: "Came", cell: ({ time }) => dateTime(time) },
];

/** @param {{view: any}} props */
export function Uploads({ view }) {
  const id = view.station;
  const newest = value(id, "0", "log_file").value?.value;
  const { data, problem, again } = useFetched((signal) => all(path`stations/${id}/uploads`, {}, { signal, most: MOST }), [id, newest]);
  return html`<${Section} title=${CAPTION} aside=${html`<a href=${href(["stations", id], { tab: "commands" })}>Get a log</a>`} flush>
    <${ErrorNote} error=${problem.value} retry=${again} />
    ${data.value
      ? html`<${DataTable} caption=${CAPTION} columns=${columns(id)} rows=${data.value} keyOf=${(row) => row.name} empty=${html`<${None} />`} />`
      : !problem.value && html`<${Loading} />`}
  </${Section}>`;
}

const None = () => html`<${Empty} icon="info" title="It has sent no file">
  <p>Logs that it is asked for without an address come to the connector, and are kept here.</p>
</${Empty}>`;
