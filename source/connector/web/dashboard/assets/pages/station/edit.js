// @ts-check
/** Name, note and options of a station: the members of an entry of STATIONS. */
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { patch, path } from "../../lib/api.js";
import { putStation } from "../../lib/state.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { Dialog } from "../../parts/dialog.js";
import { Field } from "../../parts/field.js";
import { ErrorNote, Notice } from "../../parts/page.js";
import { numberOf } from "./commands/reading.js";
import { sendOnEnter } from "./enter.js";

/**
 * @typedef {object} Option
 * @property {string} name the member
 * @property {string} label
 * @property {string} [type]
 * @property {string} [unit]
 * @property {string} [help]
 * @property {[string, string][]} [options]
 * @property {number} [rows]
 * @property {"number"} [is] what JSON makes of it; none: text
 */

const AS_IS = /** @type {[string, string]} */ (["", "As it is by itself"]);

/** @type {[string, Option[]][]} */
const GROUPS = [
  [
    "",
    [
      { name: "name", label: "Name", help: "What people call it" },
      { name: "note", label: "Note", rows: 2 },
    ],
  ],
  [
    "Electrics",
    [
      { name: "phases", label: "Phases", is: "number", options: [AS_IS, ["1", "1"], ["3", "3"]], help: "For the conversion of W and A" },
      { name: "voltage", label: "Voltage", is: "number", unit: "V", help: "Between a phase and neutral" },
      { name: "min_current_a", label: "Least current", is: "number", unit: "A", help: "Below it a limit pauses" },
      { name: "max_current_a", label: "Most current", is: "number", unit: "A", help: "What the connection bears" },
      { name: "connectors", label: "Connectors", is: "number", help: "How many it has, where it does not tell" },
    ],
  ],
  [
    "Limits",
    [
      { name: "limit_fallback", label: "Fallback", help: "What holds when nobody renews a limit: none, 4140W, 6A" },
      { name: "limit_hold_s", label: "A limit holds", is: "number", unit: "s", help: "0: for ever" },
      { name: "zero", label: "A limit of 0", options: [AS_IS, ["profile", "is sent as a limit"], ["stop", "may end the transaction"]], help: "May end: it does where the station refuses a limit of 0" },
    ],
  ],
  [
    "Link and messages",
    [
      { name: "security_profile", label: "Least security profile", is: "number", options: [AS_IS, ["0", "0"], ["1", "1"], ["2", "2"], ["3", "3"]] },
      { name: "password", label: "New password", type: "password", help: "16 to 40 characters; empty: as it is. It is never shown." },
      { name: "ocpp_version", label: "OCPP version", options: [AS_IS, ["1.6", "1.6"], ["2.0.1", "2.0.1"], ["2.1", "2.1"]], help: "The only one that it may speak" },
      { name: "call_timeout_s", label: "It may take for an answer", is: "number", unit: "s" },
      { name: "meter_interval_s", label: "Meter values every", is: "number", unit: "s" },
      { name: "measurands", label: "Measurands", help: "With commas, for example Power.Active.Import,Current.Import" },
      { name: "autostart_token", label: "Start by itself with token", help: "When a vehicle is plugged in" },
      { name: "serial_number", label: "Registered serial number" },
      { name: "preset", label: "Preset of its brand", help: "By name; none turns it off" },
    ],
  ],
];

const ALL = GROUPS.flatMap(([, options]) => options);

/** @param {any} value as it stands in a field */
const shown = (value) => (value === null || value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value));

/** @param {Option} option @param {string} text */
function meant(option, text) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const number = option.is === "number" ? numberOf(trimmed) : null;
  // What is no number goes out as it is: the answer says what is expected.
  return number !== null ? number : option.name === "password" ? text : trimmed;
}

/** What differs from what is registered. @param {Record<string, string>} texts @param {any} registered */
function changes(texts, registered) {
  const found = {};
  for (const option of ALL) {
    const text = texts[option.name];
    if (text !== undefined && text !== shown(option.name === "password" ? "" : registered[option.name]))
      found[option.name] = meant(option, text);
  }
  return found;
}

/** @param {{view: any, onClose: () => void}} props */
export function EditDialog({ view, onClose }) {
  const [texts, setTexts] = useState(/** @type {Record<string, string>} */ ({}));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const changed = changes(texts, view.registered);
  const isChanged = Object.keys(changed).length > 0;
  async function save() {
    setProblem(null);
    if (isChanged) putStation(await patch(path`stations/${view.station}`, changed));
    toast("Saved");
    onClose();
  }
  const field = (option) => html`<${OptionField} key=${option.name} option=${option} view=${view}
    text=${texts[option.name]} error=${problem?.of?.(option.name)}
    onInput=${(text) => setTexts((was) => ({ ...was, [option.name]: text }))} />`;
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    // What was refused may be out of sight: the focus brings it there.
    const wrong = /** @type {HTMLElement | null} */ (form.current?.querySelector("[aria-invalid=true]") ?? null);
    if (!problem || !wrong) return;
    wrong.focus({ preventScroll: true });
    wrong.closest(".field")?.scrollIntoView({ block: "center" });
  }, [problem]);
  const isElsewhere = problem && !ALL.some(({ name }) => problem.of?.(name));
  return html`<${Dialog} title=${`Edit ${view.station}`} onClose=${onClose} isUnsaved=${isChanged && !view.named} wide>
    <form class="stack" ref=${form} aria-label="Options" onKeyDown=${sendOnEnter} onSubmit=${(event) => event.preventDefault()}>
      ${view.named && html`<${Notice} tone="warn" title="It is named in STATIONS.">Change its entry there, and start the connector again. What stands there counts.</${Notice}>`}
      ${GROUPS.map(([text, options]) => html`<fieldset class="station-options" key=${text} disabled=${view.named}>
        <legend>${text || "For people"}</legend>
        <div class="grid">${options.map(field)}</div>
      </fieldset>`)}
      ${isElsewhere && html`<${ErrorNote} error=${problem} />`}
      ${problem && !isElsewhere && html`<p class="field-error">Nothing is saved: ${wrongNames(problem)}.</p>`}
      <p role="status" class="muted small">${isChanged ? "An empty field is not set." : "Nothing is changed yet."}</p>
      <div class="row end">
        <button class="btn" type="button" onClick=${onClose}>Cancel</button>
        <${ActionButton} kind="primary" disabled=${view.named} run=${save} onError=${setProblem}>Save</${ActionButton}>
      </div>
    </form>
  </${Dialog}>`;
}

/** Where there is something to change, in words. @param {any} problem */
function wrongNames(problem) {
  const labels = ALL.filter(({ name }) => problem.of?.(name)).map(({ label }) => label);
  return `look at ${labels.join(", ")}`;
}

/** @param {any} props What holds without it stands in the field, in grey. */
function OptionField({ option, view, text, error, onInput }) {
  const { name, is, ...rest } = option;
  const holds = name === "password" ? "" : shown(view.options[name]);
  const now = text ?? (name === "password" ? "" : shown(view.registered[name]));
  return html`<${Field} ...${rest} value=${now} onInput=${onInput} error=${error && `Expected: ${error}`}
    placeholder=${rest.options ? undefined : holds} inputmode=${is ? "decimal" : undefined} autocomplete=${name === "password" ? "new-password" : "off"} />`;
}
