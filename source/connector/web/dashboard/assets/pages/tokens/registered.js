// @ts-check
/** The tokens that are registered. */
import { html } from "../../lib/html.js";
import { del, path } from "../../lib/api.js";
import { dateTime, plural, shortTime } from "../../lib/format.js";
import { setQuery } from "../../lib/router.js";
import { now } from "../../lib/state.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Field } from "../../parts/field.js";
import { Empty, Section } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { DataTable } from "../../parts/table.js";
import { TransactionsOf } from "./transactions.js";
import { SHAPES, STATUSES, statusNow } from "./words.js";

const MOST_SHOWN = 300;
/** @type {[string, string][]} */
const CHOICES = [["", "All"], ...STATUSES];

/**
 * @param {{tokens: any[], query: Record<string, string>, onEdit: (token: any) => void,
 *   reload: () => Promise<any>}} props
 */
export function Registered({ tokens, query, onEdit, reload }) {
  const { q = "", status = "" } = query;
  const found = tokens.filter((token) => fits(token, q.trim().toLowerCase(), status));
  const rows = found.slice(0, MOST_SHOWN);
  return html`<${Section} title="Registered" flush=${true} aside=${html`<span class="muted num" role="status">${plural(found.length, "token")}</span>`}>
    ${tokens.length > 0 && html`<form class="sites-tools" role="search" aria-label="Filter the tokens" onSubmit=${(event) => event.preventDefault()}>
      <div class="filters">
        <${Field} label="Search" type="search" value=${q} placeholder="Id, note, group" onInput=${(text) => setQuery({ q: text })} />
        <${Field} label="Status" value=${status} options=${CHOICES} onInput=${(name) => setQuery({ status: name })} />
      </div>
    </form>`}
    <${DataTable} caption="Registered tokens" columns=${columnsFor(onEdit, reload)} rows=${rows} keyOf=${({ type, id }) => `${type}/${id}`} empty=${tokens.length ? NONE_FOUND : NONE} />
    ${found.length > rows.length && html`<p class="muted loading">and ${found.length - rows.length} more: search for them</p>`}
  </${Section}>`;
}

const NONE = html`<${Empty} icon="tokens" title="No token is registered">Who may charge then is what <code>UNKNOWN_TOKENS</code> of the settings says.</${Empty}>`;
const NONE_FOUND = html`<${Empty} icon="search" title="No token is like that"><button class="btn" type="button" onClick=${() => setQuery({ q: null, status: null })}>Show all</button></${Empty}>`;

/** @param {any} token @param {string} text @param {string} status */
function fits(token, text, status) {
  const all = [token.id, token.note, token.group].filter(Boolean).join("\n").toLowerCase();
  return all.includes(text) && (!status || statusNow(token, now.peek()) === status);
}

/** @param {(token: any) => void} onEdit @param {() => Promise<any>} reload */
function columnsFor(onEdit, reload) {
  return [
    { key: "id", label: "Id", cell: ({ id, type }) => html`<span class="wrap"><strong>${id}</strong>${type !== "any" && html` <span class="muted">${type}</span>`}</span>` },
    { key: "status", label: "Status", cell: (token) => html`<${Status} token=${token} />` },
    { key: "note", label: "Note", cell: ({ note }) => note ?? "" },
    { key: "group", label: "Group", cell: ({ group }) => group ?? "" },
    { key: "expiry", label: "Until", cell: ({ expiry }) => expiry && html`<time datetime=${expiry} title=${dateTime(expiry)}>${shortTime(expiry)}</time>` },
    { key: "max", label: "At once", num: true, cell: ({ max_active }) => max_active ?? "" },
    { key: "actions", label: html`<span class="visually-hidden">What to do</span>`, cell: (token) => html`<${Actions} token=${token} onEdit=${onEdit} reload=${reload} />` },
  ];
}

/** @param {{token: any}} props */
function Status({ token }) {
  const status = statusNow(token, now.value);
  const [tone, shape] = SHAPES[status] ?? ["off", "·"];
  return html`<${Badge} tone=${tone} shape=${shape}>${STATUSES.find(([name]) => name === status)?.[1] ?? status}</${Badge}>`;
}

/** @param {{token: any, onEdit: (token: any) => void, reload: () => Promise<any>}} props */
function Actions({ token, onEdit, reload }) {
  const { id, type, source } = token;
  const charged = html`<${TransactionsOf} id=${id} />`;
  if (source === "configuration")
    return html`<div class="row end">${charged}<span class="muted small">from <code>TOKENS</code></span></div>`;
  const remove = async () => {
    await del(path`tokens/${type}/${id}`).catch((problem) => {
      if (problem.status !== 404) throw problem; // Somebody else was faster.
    });
    toast(`Token ${id} is deleted`);
    await reload();
  };
  const question = {
    title: `Delete token ${id}?`,
    text: "It is then unknown: the settings say whether such a token may charge. To keep it out, block it instead.",
    action: "Delete",
    isDanger: true,
  };
  return html`<div class="row end">
    ${charged}
    <button class="btn btn-small" type="button" aria-label=${`Edit ${id}`} onClick=${() => onEdit(token)}>Edit</button>
    <${ActionButton} small=${true} kind="danger" label=${`Delete ${id}`} ask=${question} run=${remove}>Delete</${ActionButton}>
  </div>`;
}
