// @ts-check
/** Every value that is known of the station. */
import { html, useState } from "../../lib/html.js";
import { plural, value as shown } from "../../lib/format.js";
import { partsOf } from "../../lib/keys.js";
import { datapoint } from "../../lib/state.js";
import { Field } from "../../parts/field.js";
import { LongText } from "../../parts/long.js";
import { Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { TimeAgo } from "../../parts/time.js";

/** @param {{of: string}} props Each shows itself: one new value does not draw them all. */
const Value = ({ of }) => {
  const found = datapoint(of).value;
  return html`<${LongText} text=${shown(found?.value, found?.unit)} />`;
};
/** @param {{of: string}} props */
const When = ({ of }) => html`<${TimeAgo} time=${datapoint(of).value?.timestamp} />`;

const COLUMNS = [
  { key: "where", label: "Where", cell: (row) => row.parts.where },
  { key: "name", label: "Name", cell: (row) => html`<span title=${row.key}>${[row.parts.name, ...row.parts.rest].join(" ")}</span>` },
  { key: "value", label: "Value", cell: (row) => html`<${Value} of=${row.key} />` },
  { key: "time", label: "When", cell: (row) => html`<${When} of=${row.key} />` },
];

/** @param {{keys: string[]}} props */
export function Values({ keys }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const rows = keys.filter((key) => key.toLowerCase().includes(wanted)).map((key) => ({ key, parts: partsOf(key) })).filter((row) => row.parts);
  return html`<${Section} title="All values">
    <div class="filters"><${Field} label="Search values" type="search" value=${text} onInput=${setText} /><span class="muted small" role="status">${plural(rows.length, "value")}</span></div>
    <${DataTable} caption="Values of this station" columns=${COLUMNS} rows=${rows} keyOf=${(row) => row.key} empty=${html`<p class="muted">No value is like that.</p>`} />
  </${Section}>`;
}
