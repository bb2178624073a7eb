// @ts-check
/** All that a station can be told, in groups; each opens to its form. */
import { html, useState } from "../../../lib/html.js";
import { Notice, Section } from "../../../parts/page.js";
import { AnyCall } from "./any_call.js";
import { CHARGING } from "./charging.js";
import { CommandForm } from "./form.js";
import { FILES, OPERATION } from "./station_forms.js";


/** @param {{view: any}} props */
export function Commands({ view }) {
  return html`${view.registration !== "Accepted" && html`<${Notice} tone="warn" title="It is told nothing until it is adopted.">Commands end as rejected.</${Notice}>`}
    <div class="columns">
      <${Group} title="Charging" specs=${CHARGING} view=${view} />
      <div class="stack">
        <${Group} title="Operation" specs=${OPERATION} view=${view} />
        <${Group} title="Files and security" specs=${FILES} view=${view} />
        <${Section} title="Any OCPP action"><${AnyCall} view=${view} /></${Section}>
      </div>
    </div>`;
}

/** @param {{title: string, specs: import("./kinds.js").CommandSpec[], view: any}} props */
function Group({ title, specs, view }) {
  return html`<${Section} title=${title} flush>
    <ul class="commands">${specs.filter((spec) => spec.only?.(view) ?? true).map((spec) => html`<li key=${spec.id}><${Command} spec=${spec} view=${view} /></li>`)}</ul>
  </${Section}>`;
}

/** Made when it is first opened; what was typed stays when it is closed. @param {any} props */
function Command({ spec, view }) {
  const [wasOpen, setOpen] = useState(false);
  return html`<details class="command" onToggle=${(event) => event.currentTarget.open && setOpen(true)}>
    <summary>${spec.title}</summary>
    ${wasOpen && html`<${CommandForm} spec=${spec} view=${view} />`}
  </details>`;
}
