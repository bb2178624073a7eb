// @ts-check
/** Stations that nobody knows: let in or kept out, one by one or several at once. */
import { html, useLayoutEffect, useRef, useSignal } from "../lib/html.js";
import { path, post } from "../lib/api.js";
import { plural } from "../lib/format.js";
import { toast } from "./announce.js";
import { ActionButton } from "./button.js";
import { Check } from "./field.js";
import { Section } from "./page.js";
import { DataTable } from "./table.js";
import { TimeAgo } from "./time.js";

const AT_ONCE = 4;
/** Who clicks so soon after rows have moved meant the one that was there. */
const SETTLES_MS = 500;

/**
 * @param {{views: any[], most?: number, more?: string}} props those that wait; how many are
 * listed, and where the others are
 */
export function Waiting({ views, most = 200, more }) {
  const chosen = useSignal(/** @type {Set<string>} */ (new Set()));
  const shown = views.slice(0, most);
  const all = views.map((view) => view.station);
  const ids = all.filter((id) => chosen.value.has(id));
  const choose = (names, is) => {
    const next = new Set(chosen.value);
    for (const name of names) is ? next.add(name) : next.delete(name);
    chosen.value = next;
  };
  const aside = html`
    ${all.length > 1 && html`<${Check} label=${`All ${all.length}`} checked=${ids.length === all.length} onChange=${(is) => choose(all, is)} />`}
    ${ids.length > 0 && html`<${Decide} ids=${ids} done=${() => choose(ids, false)} />`}`;
  const isMoved = useMoved(shown.map((view) => view.station));
  const columns = columnsFor(chosen.value, choose, shown.length > 1, isMoved);
  return html`<${Section} title=${`${plural(views.length, "station")} waiting for you`} aside=${aside} flush=${true}>
    <${DataTable} caption="Stations that wait to be let in" columns=${columns} rows=${shown} keyOf=${(view) => view.station} rowClass=${() => (isMoved.value ? "waiting is-moved" : "waiting")} />
    ${all.length > most && html`<p class="waiting-more muted">and ${all.length - most} more${more && html`: <a href=${more}>show them</a>`}</p>`}
  </${Section}>`;
}

/** @param {{ids: string[], done: () => void}} props */
function Decide({ ids, done }) {
  const run = (decision) => () => decideAll(ids, decision).then(done);
  const one = ids.length === 1;
  return html`<${ActionButton} kind="primary" small=${true} run=${run("adopt")}>Adopt ${one ? ids[0] : ids.length}</${ActionButton}>
    <${ActionButton} kind="danger" small=${true} ask=${question(ids)} run=${run("reject")}>Reject ${one ? ids[0] : ids.length}</${ActionButton}>`;
}

/** Whether others moved up a moment ago, as a signal. @param {string[]} ids those that are listed */
function useMoved(ids) {
  const isMoved = useSignal(false);
  const before = useRef(ids);
  useLayoutEffect(() => {
    const isLess = before.current.some((id) => !ids.includes(id));
    before.current = ids;
    if (!isLess) return;
    isMoved.value = true;
    setTimeout(() => (isMoved.value = false), SETTLES_MS);
  }, [ids.join("\n")]);
  return isMoved;
}

/**
 * @param {Set<string>} chosen @param {(names: string[], is: boolean) => void} choose
 * @param {boolean} isMany @param {{peek: () => boolean}} isMoved
 */
function columnsFor(chosen, choose, isMany, isMoved) {
  const box = {
    key: "chosen",
    label: html`<span class="visually-hidden">Chosen</span>`,
    cell: ({ station }) => html`<${Check} label=${html`<span class="visually-hidden">Choose ${station}</span>`} checked=${chosen.has(station)} onChange=${(is) => choose([station], is)} />`,
  };
  return [
    ...(isMany ? [box] : []),
    { key: "station", label: "Station", cell: (view) => html`<strong class="brief" title=${view.station}>${view.station}</strong>` },
    { key: "made", label: "Made by", cell: ({ boot }) => madeBy(boot) || html`<span class="muted">has not said</span>` },
    { key: "protocol", label: "Speaks", cell: (view) => (view.ocpp_version ? `OCPP ${view.ocpp_version}` : html`<span class="muted">–</span>`) },
    { key: "address", label: "From", cell: (view) => view.address ?? "" },
    { key: "since", label: "Since", cell: (view) => html`<${TimeAgo} time=${view.since} />` },
    { key: "decide", label: "", cell: (view) => html`<${One} id=${view.station} isMoved=${isMoved} />` },
  ];
}

/** @param {any} boot */
function madeBy({ vendor, model }) {
  const text = [vendor, model].filter(Boolean).join(" ");
  return text && html`<span class="brief" title=${text}>${text}</span>`;
}

/** @param {{id: string, isMoved: {peek: () => boolean}}} props */
function One({ id, isMoved }) {
  const adopt = async () => isMoved.peek() || decideAll([id], "adopt");
  return html`<div class="row end">
    <${ActionButton} kind="primary" small=${true} label=${`Adopt ${id}`} run=${adopt}>Adopt</${ActionButton}>
    <${ActionButton} small=${true} label=${`Reject ${id}`} ask=${question([id])} run=${() => decideAll([id], "reject")}>Reject</${ActionButton}>
  </div>`;
}

/** @param {string[]} ids */
const question = (ids) => ({
  title: ids.length === 1 ? `Reject ${ids[0]}?` : `Reject ${ids.length} stations?`,
  text: "Its connection is closed, and it is refused from now on, until it is adopted or forgotten on its page.",
  action: "Reject",
  isDanger: true,
});

/**
 * A decision about several; what cannot be done is told, the others are done.
 * @param {string[]} ids @param {"adopt" | "reject"} decision
 */
async function decideAll(ids, decision) {
  const failed = [];
  const left = [...ids];
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await post(path`stations/${id}/${decision}`).catch((problem) => failed.push(problem));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const done = ids.length - failed.length;
  const word = decision === "adopt" ? "adopted" : "rejected";
  if (done > 0) toast(`${ids.length === 1 ? ids[0] : plural(done, "station")} ${word}`);
  if (failed.length > 0) toast(failed.length === 1 ? failed[0].message : `${failed.length} could not be ${word}: ${failed[0].message}`, "bad");
}
