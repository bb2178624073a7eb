// @ts-check
/** Certificates that were issued to the station, and the one that it shows. */
import { html } from "../../lib/html.js";
import { all, url } from "../../lib/api.js";
import { plural, shortTime, UNKNOWN } from "../../lib/format.js";
import { value } from "../../lib/state.js";
import { Empty, ErrorNote, Loading, Section } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { useFetched } from "./fetched.js";

const SOON_DAYS = 30;

/** @param {{days: number, isRevoked?: boolean}} props */
function Days({ days, isRevoked = false }) {
  if (isRevoked) return html`<${Badge} tone="off" shape="✕">Revoked</${Badge}>`;
  if (days < 0) return html`<${Badge} tone="bad" shape="▲">Expired ${plural(-days, "day")} ago</${Badge}>`;
  if (days <= SOON_DAYS) return html`<${Badge} tone="warn" shape="!">${plural(days, "day")} left</${Badge}>`;
  return html`<${Badge} tone="ok" shape="✓">${plural(days, "day")} left</${Badge}>`;
}

const COLUMNS = [
  { key: "common_name", label: "Name", cell: (row) => html`<span class="wrap">${row.common_name}</span>` },
  { key: "days", label: "Holds", cell: (row) => html`<${Days} days=${row.days_left} isRevoked=${Boolean(row.revoked)} />` },
  { key: "expires", label: "Until", cell: (row) => shortTime(row.expires) },
  { key: "issued", label: "Issued", cell: (row) => shortTime(row.issued) },
  { key: "serial", label: "Serial number", cell: (row) => html`<a class="mono wrap" href=${url(`pki/certificates/${encodeURIComponent(row.serial)}`)}>${row.serial}</a>` },
];

/** @param {{view: any}} props */
export function Certificates({ view }) {
  const { data, problem, again } = useFetched((signal) => all("pki", { station: view.station }, { signal }), [view.station]);
  const shown = value(view.station, "0", "certificate_days_left").value?.value;
  return html`<${Section} title="Certificates" flush>
    <${ErrorNote} error=${problem.value} retry=${again} />
    <p class="in-card">Its own, as it showed it or took it from here last: ${typeof shown === "number" ? html`<${Days} days=${shown} />` : UNKNOWN}</p>
    ${data.value
      ? html`<${DataTable} caption="Certificates that were issued to it" columns=${COLUMNS} rows=${data.value} keyOf=${(row) => row.serial} empty=${html`<${Empty} icon="lock" title="None was issued to it here" />`} />`
      : !problem.value && html`<${Loading} />`}
  </${Section}>`;
}
