// @ts-check
/** The form of one command: its fields, where it goes, and how it fares. */
import { html, useState } from "../../../lib/html.js";
import { ActionButton } from "../../../parts/button.js";
import { confirm } from "../../../parts/dialog.js";
import { Field } from "../../../parts/field.js";
import { sendOnEnter } from "../enter.js";
import { asMeant } from "../large.js";
import { placeName } from "../naming.js";
import { Progress, useOrder } from "../progress.js";
import { Misfit } from "./reading.js";

/** @typedef {import("./kinds.js").CommandSpec} CommandSpec */

/** @template T @param {T | ((view: any) => T)} value @param {any} view @returns {T} */
const for_ = (value, view) => (typeof value === "function" ? /** @type {any} */ (value)(view) : value);

/** @param {CommandSpec} spec @param {any} view */
function initial(spec, view) {
  return Object.fromEntries(spec.fields.map((field) => [field.name, for_(field.initial ?? "", view)]));
}

/**
 * As it is to be given, after what is asked about its limits; null: not at all.
 * @param {CommandSpec} spec @param {any} view @param {string} where @param {string} command @param {any} value
 * @returns {Promise<[string, any] | null>}
 */
async function whatIsMeant(spec, view, where, command, value) {
  if (spec.isLimit) return asMeant(view, where, command, value);
  for (const schedule of spec.schedules?.(value) ?? []) if (!(await asMeant(view, where, "charging_schedule", schedule))) return null;
  return [command, value];
}

/** @param {{spec: CommandSpec, view: any}} props */
export function CommandForm({ spec, view }) {
  const places = spec.places(view);
  const [where, setWhere] = useState(spec.place ?? (places.length > 1 && places[0] === "0" ? places[1] : places[0]));
  const [texts, setTexts] = useState(() => initial(spec, view));
  const [misfit, setMisfit] = useState(/** @type {Misfit | null} */ (null));
  const { order, send, sendCall } = useOrder(view);
  const fields = spec.fields.filter((field) => field.only?.(view) ?? true);
  async function run() {
    setMisfit(null);
    const value = spec.value(texts, view);
    const command = spec.commandOf?.(texts, view) ?? spec.command ?? spec.id;
    const question = spec.ask?.(texts, view, placeName(view, where));
    if (question && !(await confirm(question))) return;
    const given = await whatIsMeant(spec, view, where, command, value);
    if (!given) return;
    await (command === "call" ? sendCall(value.action, value.payload) : send(where, ...given));
  }
  const fail = (/** @type {any} */ problem) => {
    if (!(problem instanceof Misfit)) throw problem;
    setMisfit(problem);
  };
  return html`<form class="stack tight" aria-label=${spec.title} onKeyDown=${sendOnEnter} onSubmit=${(event) => event.preventDefault()}>
    <p class="muted">${spec.text}</p>
    <div class="command-fields">
      ${places.length > 1 && html`<${Field} label="Where" value=${where} options=${places.map((each) => [each, placeName(view, each)])} onInput=${setWhere} />`}
      ${fields.map(({ name, initial: _, only, options, ...rest }) => html`<${Field} key=${name} ...${rest} options=${options && for_(options, view)}
        value=${texts[name]} error=${misfit?.field === name ? misfit.message : ""} onInput=${(text) => setTexts((was) => ({ ...was, [name]: text }))} />`)}
    </div>
    <div class="row"><${ActionButton} kind=${spec.ask ? "danger" : "primary"} run=${run} onError=${fail}>${spec.action}</${ActionButton}></div>
    ${!misfit && html`<${Progress} order=${order} />`}
  </form>`;
}
