// @ts-check
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../lib/html.js";

/** What is typed and cannot be read, by the type of the field: its value is empty then. @type {Record<string, string>} */
const UNREADABLE = {
  "datetime-local": "This date is not complete, or there is no such day.",
  number: "This is no number.",
};
/** What a form sends with. */
const MAIN = "button.btn-primary, button.btn-danger";

/**
 * A labelled field. `error` and `help` are read with it. As long as what is typed cannot be read
 * it says so, and holds back its form: what looks empty would mean something else.
 * @param {{label: string, value: any, onInput: (text: string) => void, type?: string,
 *   help?: any, error?: any, hideLabel?: boolean, unit?: string, options?: [string, string][],
 *   rows?: number, [attribute: string]: any}} props options: a select of [value, text];
 *   rows: a text area
 */
export function Field({ label, value, onInput, type = "text", help, error, hideLabel = false, unit, options, rows, ...rest }) {
  const id = useId();
  const { look, unreadable, ...watched } = useUnreadable(type, value);
  const wrong = unreadable || error;
  const described = [help && `${id}-help`, wrong && `${id}-error`].filter(Boolean).join(" ");
  const common = {
    id,
    value,
    onInput: (event) => {
      look();
      onInput(event.currentTarget.value);
    },
    ...watched,
    "aria-describedby": described || undefined,
    "aria-invalid": wrong ? "true" : undefined,
    ...rest,
  };
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>${label}</label>
    <div class="row nowrap">
      ${options
        ? html`<select ...${common}>${options.map(([name, text]) => html`<option key=${name} value=${name} selected=${name === value}>${text}</option>`)}</select>`
        : rows
          ? html`<textarea rows=${rows} spellcheck=${false} ...${common}></textarea>`
          : html`<input type=${type} autocomplete="off" ...${common} />`}
      ${unit && html`<span class="muted">${unit}</span>`}
    </div>
    ${help && html`<p class="field-help" id=${`${id}-help`}>${help}</p>`}
    ${wrong && html`<p class="field-error" id=${`${id}-error`} role="alert">${wrong}</p>`}
  </div>`;
}

/**
 * What is said of what is typed and cannot be read; looked at where it may have changed.
 * @param {string} type @param {any} value
 */
function useUnreadable(type, value) {
  const own = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [isUnreadable, setUnreadable] = useState(false);
  const look = () => setUnreadable(Boolean(own.current?.validity.badInput));
  useLayoutEffect(look, [value]);
  useEffect(() => (UNREADABLE[type] && own.current ? holdForm(own.current, look) : undefined), [type]);
  return {
    look,
    unreadable: isUnreadable ? UNREADABLE[type] : "",
    ref: own,
    // A field for times has no other event until it is a time; who types is not interrupted.
    onKeyUp: () => isUnreadable && look(),
    // What moves under a button takes the click from it.
    onBlur: (/** @type {FocusEvent} */ { relatedTarget: next }) => next instanceof HTMLButtonElement || look(),
  };
}

/**
 * Nothing is sent by the form of a field that cannot be read; gives the function that ends it.
 * @param {HTMLInputElement} field @param {() => void} tell
 */
function holdForm(field, tell) {
  const { form } = field;
  const hold = (/** @type {Event} */ event) => {
    if (!field.validity.badInput || !(event.target instanceof Element && event.target.closest(MAIN))) return;
    // Of several the first one has the focus.
    if (!event.defaultPrevented) field.focus();
    event.preventDefault();
    event.stopPropagation();
    tell();
  };
  form?.addEventListener("click", hold, true);
  return () => form?.removeEventListener("click", hold, true);
}

/** @param {{label: any, checked: boolean, onChange: (is: boolean) => void, [attribute: string]: any}} props */
export function Check({ label, checked, onChange, ...rest }) {
  return html`<label class="check">
    <input type="checkbox" checked=${checked} onChange=${(event) => onChange(event.currentTarget.checked)} ...${rest} />
    <span>${label}</span>
  </label>`;
}
