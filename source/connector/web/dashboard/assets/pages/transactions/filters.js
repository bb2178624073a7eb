// @ts-check
import { html, useId } from "../../lib/html.js";
import { setQuery } from "../../lib/router.js";
import { stationIds } from "../../lib/state.js";
import { Field } from "../../parts/field.js";
import { nameOfId } from "../station/naming.js";
import { daysAgo } from "./query.js";

/** As no name and no token is longer. */
const LONGEST = 255;
/** @type {[string, string][]} */
const ACTIVE = [
  ["", "All"],
  ["true", "Running"],
  ["false", "Ended"],
];
/** @type {[string, number | null][]} */
const SPANS = [
  ["Today", 0],
  ["7 days", 7],
  ["30 days", 30],
  ["Always", null],
];

/** @param {{query: Record<string, string>, mistakes: Record<string, string>}} props */
export function Filters({ query, mistakes }) {
  const id = useId();
  const field = (name, label, rest) => html`<${Field} label=${label} value=${query[name] ?? ""} onInput=${(text) => setQuery({ [name]: text })} error=${mistakes[name]} ...${rest} />`;
  return html`<form class="stack tight" role="search" aria-label="Filter the transactions" onSubmit=${(event) => event.preventDefault()}>
    <div class="record-filters">
      ${field("station", "Station", { type: "search", list: `${id}-stations`, placeholder: "All", maxlength: LONGEST })}
      ${field("token", "Token", { type: "search", placeholder: "All", maxlength: LONGEST })}
      ${field("active", "State", { options: ACTIVE })}
      ${field("since", "Begun from", { type: "datetime-local" })}
      ${field("until", "Begun before", { type: "datetime-local" })}
      <div class="chips" role="group" aria-label="Begun in the last">
        ${SPANS.map(([text, days]) => {
          const since = days === null ? "" : daysAgo(days);
          const isIt = (query.since ?? "") === since && !query.until;
          return html`<button key=${text} class="chip" type="button" aria-pressed=${isIt} onClick=${() => setQuery({ since, until: null })}>${text}</button>`;
        })}
      </div>
    </div>
    <datalist id=${`${id}-stations`}>${stationIds.value.map((each) => html`<${Choice} key=${each} id=${each} />`)}</datalist>
  </form>`;
}

/** Its identity tells it from others of its name. @param {{id: string}} props */
function Choice({ id }) {
  const name = nameOfId(id);
  return html`<option value=${name} label=${name === id ? undefined : id} />`;
}
