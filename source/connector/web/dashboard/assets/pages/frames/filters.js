// @ts-check
import { html, useId, useSignal } from "../../lib/html.js";
import { setQuery } from "../../lib/router.js";
import { stationIds } from "../../lib/state.js";
import { Field } from "../../parts/field.js";
import { Icon } from "../../parts/icons.js";
import { CHOICES } from "./kinds.js";

/** @type {[string, string][]} */
const KINDS = CHOICES.map(([name, text]) => [name, text]);
/** @type {[string, string][]} */
const WAYS = [
  ["", "Both"],
  ["in", "From stations"],
  ["out", "To stations"],
];
export const NAMES = ["station", "action", "direction", "kind", "text"];

/** @type {Record<string, [string, string][]>} */
const OPTIONS = { direction: WAYS, kind: KINDS };

/** What the frames are filtered by: of an address that somebody wrote, what the fields know. @param {Record<string, string>} query @returns {Record<string, string>} */
export const picked = (query) => Object.fromEntries(NAMES.map((name) => [name, known(name, query[name] ?? "")]));

/** @param {string} name @param {string} value */
const known = (name, value) => (!OPTIONS[name] || OPTIONS[name].some(([option]) => option === value) ? value : "");

/** With none of them. */
export const showAll = () => setQuery(Object.fromEntries(NAMES.map((name) => [name, null])));

/** @param {{chosen: Record<string, string>, actions: string[]}} props chosen: by their names */
export function Filters({ chosen, actions }) {
  const id = useId();
  const isOpen = useSignal(false);
  const count = NAMES.filter((name) => chosen[name].trim()).length;
  const set = (name) => (text) => setQuery({ [name]: text });
  const of = (name) => chosen[name];
  return html`<div class="frame-fold phone-only">
    <button class="btn btn-small" type="button" aria-expanded=${isOpen.value} aria-controls=${`${id}-form`} onClick=${() => (isOpen.value = !isOpen.value)}>
      <${Icon} name="search" size=${16} />Filter${count > 0 && ` (${count})`}</button>
  </div>
  <form class=${`frame-filters ${isOpen.value ? "" : "is-folded"}`} id=${`${id}-form`} role="search" aria-label="Filter the messages" onSubmit=${(event) => event.preventDefault()}>
    <${Field} label="Station" type="search" value=${of("station")} onInput=${set("station")} list=${`${id}-stations`} placeholder="All" />
    <${Field} label="Action" type="search" value=${of("action")} onInput=${set("action")} list=${`${id}-actions`} placeholder="All" />
    <${Field} label="Direction" value=${of("direction")} options=${WAYS} onInput=${set("direction")} />
    <${Field} label="Kind" value=${of("kind")} options=${KINDS} onInput=${set("kind")} />
    <${Field} label="Text in it" type="search" value=${of("text")} onInput=${set("text")} placeholder="Token, id" />
    <datalist id=${`${id}-stations`}>${stationIds.value.map((name) => html`<option key=${name} value=${name} />`)}</datalist>
    <datalist id=${`${id}-actions`}>${actions.map((name) => html`<option key=${name} value=${name} />`)}</datalist>
  </form>`;
}
