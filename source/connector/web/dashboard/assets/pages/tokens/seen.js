// @ts-check
/** Tokens that were presented and nobody has registered: accepted or blocked with one click. */
import { html } from "../../lib/html.js";
import { path, put } from "../../lib/api.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Empty, Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { TimeAgo } from "../../parts/time.js";
import { StationLink } from "../station/link.js";
import { placeOf } from "../station/naming.js";
import { TransactionsOf } from "./transactions.js";
import { POLICIES } from "./words.js";

/** @param {{seen: any[], unknown: string, more: (() => Promise<void>) | null, reload: () => Promise<any>}} props */
export function Seen({ seen, unknown, more, reload }) {
  const isUsed = unknown !== "reject";
  const columns = [
    { key: "id", label: "Id", cell: ({ id }) => html`<strong class="wrap">${id}</strong>` },
    { key: "type", label: "Type", cell: ({ type }) => (type === "any" ? "Any" : type) },
    { key: "station", label: "Presented at", cell: ({ station, where }) => html`<span class="wrap"><${StationLink} id=${station} />${where !== "0" && html` <span class="muted">${placeOf(station, where)}</span>`}</span>` },
    { key: "last", label: "Last", cell: ({ last }) => html`<${TimeAgo} time=${last} />` },
    { key: "times", label: "Times", num: true },
    { key: "decide", label: html`<span class="visually-hidden">What to do</span>`, cell: (token) => html`<${Decide} token=${token} isUsed=${isUsed} reload=${reload} />` },
  ];
  const empty = html`<${Empty} icon="tokens" title="No unknown token">A card that nobody has registered appears here when it is presented.</${Empty}>`;
  return html`<${Section} title="Presented, but not registered" flush=${true}>
    ${seen.length > 0 && html`<p class="muted seen-policy">${POLICIES[unknown]} <code>UNKNOWN_TOKENS</code> is <code>${unknown}</code>; what you choose here comes first.</p>`}
    <${DataTable} caption="Tokens that nobody has registered, the newest first" columns=${columns} rows=${seen} keyOf=${({ type, id }) => `${type}/${id}`} empty=${empty} />
    ${more && html`<div class="row seen-more"><${ActionButton} small=${true} run=${more}>Show older ones</${ActionButton}></div>`}
  </${Section}>`;
}

/** @param {{token: any, isUsed: boolean, reload: () => Promise<any>}} props isUsed: it may have charged */
function Decide({ token, isUsed, reload }) {
  const { type, id } = token;
  const register = (status) => async () => {
    await put(path`tokens/${type}/${id}`, { status });
    toast(`Token ${id} is ${status.toLowerCase()} from now on`);
    await reload();
  };
  return html`<div class="row end">
    ${isUsed && html`<${TransactionsOf} id=${id} />`}
    <${ActionButton} kind="primary" small=${true} label=${`Accept ${id}`} run=${register("Accepted")}>Accept</${ActionButton}>
    <${ActionButton} small=${true} label=${`Block ${id}`} run=${register("Blocked")}>Block</${ActionButton}>
  </div>`;
}
