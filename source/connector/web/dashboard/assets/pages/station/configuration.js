// @ts-check
/** What the station says of its settings, and changing them. */
import { html, useSignal, useState } from "../../lib/html.js";
import { get, path } from "../../lib/api.js";
import { plural, UNKNOWN } from "../../lib/format.js";
import { ActionButton } from "../../parts/button.js";
import { Dialog } from "../../parts/dialog.js";
import { Check, Field } from "../../parts/field.js";
import { LongText } from "../../parts/long.js";
import { Empty, ErrorNote, Loading, Notice, Section } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { TimeAgo } from "../../parts/time.js";
import { sendOnEnter } from "./enter.js";
import { useFetched } from "./fetched.js";
import { Progress, useOrder } from "./progress.js";

/** A full inventory comes in many messages. */
const PATIENCE_MS = 180_000;
const ACTUAL = "Actual";

/** @param {{view: any}} props */
export function Configuration({ view }) {
  const id = view.station;
  const { data, problem, again } = useFetched((signal) => get(path`stations/${id}/configuration`, {}, { signal, timeoutMs: PATIENCE_MS }), [id]);
  const edited = useSignal(/** @type {any} */ (null));
  const aside = html`${data.value && html`<span class="muted small">read <${TimeAgo} time=${data.value.read} /></span>`}
    <button class="btn btn-small" type="button" onClick=${() => (edited.value = { name: "", value: "", isNew: true })}>Set another</button>
    <${ActionButton} small run=${again}>Read again</${ActionButton}>`;
  return html`<${Section} title=${view.ocpp_version?.startsWith("2") ? "Device model" : "Configuration"} aside=${aside}>
    ${problem.value && html`<${ErrorNote} error=${problem.value} retry=${again} />`}
    ${data.value ? html`<${Settings} rows=${data.value.items} onEdit=${(row) => (edited.value = row)} />` : !problem.value && html`<${Loading} text="Asking the station; this may take a while…" />`}
    ${edited.value && html`<${Change} key=${edited.value.name} view=${view} row=${edited.value} onClose=${(/** @type {boolean} */ isChanged) => ((edited.value = null), isChanged && again())} />`}
  </${Section}>`;
}

/** @param {{rows: any[], onEdit: (row: any) => void}} props */
function Settings({ rows, onEdit }) {
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const wanted = text.trim().toLowerCase();
  const found = rows.filter((row) => (!isOpen || !row.readonly) && `${row.name} ${row.value ?? ""}`.toLowerCase().includes(wanted));
  const has2 = rows.some((row) => row.mutability);
  const columns = columnsOf(has2, onEdit);
  // A device model has hundreds of variables: whoever seeks none sees its components.
  const isGrouped = has2 && !wanted && found.length > 0;
  return html`<div class="stack">
    <div class="filters">
      <${Field} label="Search settings" type="search" value=${text} onInput=${setText} />
      <${Check} label="Only what can be changed" checked=${isOpen} onChange=${setOpen} />
      <span class="muted small" role="status">${plural(found.length, "setting")}</span>
    </div>
    ${isGrouped ? html`<${Components} rows=${found} columns=${columns} />` : html`<${Table} caption="Settings" rows=${found} columns=${columns} hasAny=${rows.length > 0} />`}
  </div>`;
}

/** @param {any} props */
const Table = ({ caption, rows, columns, hasAny = true }) => html`<${DataTable} caption=${caption} columns=${columns} rows=${rows} keyOf=${(/** @type {any} */ row) => `${row.name}/${row.attribute}`}
  empty=${html`<${Empty} icon="search" title=${hasAny ? "No setting is like that" : "It tells no settings"} />`} />`;

/** @param {boolean} has2 @param {(row: any) => void} onEdit */
const columnsOf = (has2, onEdit) => [
  { key: "name", label: "Name", className: "setting-name", cell: (row) => html`<span class="mono wrap">${row.name}</span>${row.attribute !== ACTUAL && html` <span class="muted small">${row.attribute}</span>`}` },
  { key: "value", label: "Value", cell: (row) => html`<${Shown} row=${row} />` },
  ...(has2 ? [{ key: "type", label: "Type", cell: (row) => html`<span class="muted small wrap">${kindOf(row) || UNKNOWN}</span>` }] : []),
  { key: "change", label: html`<span class="visually-hidden">Change</span>`, cell: (row) => (row.readonly ? html`<${Badge} tone="off" shape="–">Read-only</${Badge}>` : row.attribute === ACTUAL && html`<button class="btn btn-small" type="button" aria-label=${`Change ${row.name}`} onClick=${() => onEdit(row)}>Change</button>`) },
];

/** @param {{rows: any[], columns: any[]}} props */
function Components({ rows, columns }) {
  const groups = Map.groupBy(rows, (row) => row.name.split("/")[0]);
  return html`<div class="components">
    ${[...groups].map(([name, those]) => html`<${Component} key=${name} name=${name} rows=${those} columns=${columns} />`)}
  </div>`;
}

/** Its table is made when it is opened. @param {any} props */
function Component({ name, rows, columns }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${name} <span class="muted small num">${rows.length}</span></summary>
    ${isOpen && html`<${Table} caption=${`Settings of ${name}`} rows=${rows} columns=${columns} />`}
  </details>`;
}

/** @param {{row: any}} props */
function Shown({ row }) {
  if (row.is_secret) return html`<span class="muted">hidden: it is a secret</span>`;
  if (row.value === null) return html`<span class="muted">${row.mutability === "WriteOnly" ? "cannot be read" : UNKNOWN}</span>`;
  if (row.value === "") return html`<span class="muted">empty</span>`;
  const text = `${row.value}${row.unit ? ` ${row.unit}` : ""}`;
  return html`<${LongText} text=${text} />`;
}

/** @param {any} row */
function kindOf({ type, min, max, values }) {
  const range = [typeof min === "number" && `from ${min}`, typeof max === "number" && `to ${max}`].filter(Boolean).join(" ");
  return [type, range, values?.join(", ")].filter(Boolean).join("; ");
}

/** Whether an answer asks for a restart. @param {any} outcome */
const needsReboot = (outcome) => /reboot_?required/i.test(JSON.stringify([outcome.response, outcome.detail]));

/** @param {{view: any, row: any, onClose: (isChanged: boolean) => void}} props */
function Change({ view, row, onClose }) {
  const [name, setName] = useState(row.name);
  const [text, setText] = useState(row.is_secret ? "" : (row.value ?? ""));
  const { order, send } = useOrder(view);
  const accepted = order?.outcome?.outcome === "accepted";
  const choices = row.values?.length && row.type !== "MemberList" && row.type !== "SequenceList" ? row.values : row.type === "boolean" ? ["true", "false"] : null;
  const options = choices && [...new Set([...choices, text])].map((each) => [each, each || "(empty)"]);
  return html`<${Dialog} title=${row.isNew ? "Set a setting" : `Change ${row.name}`} onClose=${() => onClose(accepted)}>
    <form class="stack" aria-label="Change a setting" onKeyDown=${sendOnEnter} onSubmit=${(event) => event.preventDefault()}>
      ${row.isNew && html`<${Field} label="Name" value=${name} onInput=${setName} maxlength="300" help=${view.ocpp_version?.startsWith("2") ? "Component#instance@evse/Variable" : "For example MeterValueSampleInterval"} />`}
      <${Field} label="Value" value=${text} options=${options || undefined} unit=${row.unit} help=${kindOf(row) || undefined} onInput=${setText} />
      ${row.is_secret && html`<p class="muted small">It is a secret: what it is now is not shown.</p>`}
      <${Progress} order=${order} />
      ${accepted && needsReboot(order.outcome) && html`<${Notice} tone="warn" title="It holds after a restart.">The station asks to be restarted: Commands, Reset.</${Notice}>`}
      <div class="row end">
        <button class="btn" type="button" onClick=${() => onClose(accepted)}>${accepted ? "Close" : "Cancel"}</button>
        <${ActionButton} kind="primary" disabled=${!name.trim()} run=${() => send("0", "configuration", { [name.trim()]: text })}>Set</${ActionButton}>
      </div>
    </form>
  </${Dialog}>`;
}
