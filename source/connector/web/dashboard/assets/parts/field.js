// @ts-check
import { html, useId } from "../lib/html.js";

/**
 * A labelled field. `error` and `help` are read with it.
 * @param {{label: string, value: any, onInput: (text: string) => void, type?: string,
 *   help?: any, error?: any, hideLabel?: boolean, unit?: string, options?: [string, string][],
 *   rows?: number, [attribute: string]: any}} props options: a select of [value, text];
 *   rows: a text area
 */
export function Field({ label, value, onInput, type = "text", help, error, hideLabel = false, unit, options, rows, ...rest }) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  const common = {
    id,
    value,
    onInput: (event) => onInput(event.currentTarget.value),
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
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
    ${error && html`<p class="field-error" id=${`${id}-error`} role="alert">${error}</p>`}
  </div>`;
}

/** @param {{label: any, checked: boolean, onChange: (is: boolean) => void, [attribute: string]: any}} props */
export function Check({ label, checked, onChange, ...rest }) {
  return html`<label class="check">
    <input type="checkbox" checked=${checked} onChange=${(event) => onChange(event.currentTarget.checked)} ...${rest} />
    <span>${label}</span>
  </label>`;
}
