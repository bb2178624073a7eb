// @ts-check
/** What the station was told, by whom ever, and how far each came. */
import { html } from "../../lib/html.js";
import { href } from "../../lib/router.js";
import { Empty, Section } from "../../parts/page.js";
import { TimeAgo } from "../../parts/time.js";
import { placeName } from "./naming.js";
import { ordersOf, timeOf } from "./orders.js";
import { commandName, Progress } from "./progress.js";

/** @param {{view: any, most: number}} props */
export function SentList({ view, most }) {
  const all = ordersOf(view.station).value;
  const orders = all.slice(0, most);
  const aside = all.length > most && html`<a href=${href(["stations", view.station], { tab: "commands" })}>All ${all.length}</a>`;
  return html`<${Section} title="Commands and their outcome" aside=${aside} flush>
    ${orders.length === 0
      ? html`<${Empty} icon="info" title="Nothing was sent yet"><p>Commands are listed here as they are given, over MQTT, too.</p></${Empty}>`
      : html`<ol class="orders">${orders.map((order) => html`<li key=${order.number}><${One} order=${order} view=${view} /></li>`)}</ol>`}
    ${!orders.every(isKnown) && html`<p class="in-card muted small">Of what ended before this page was opened only the last of each command is known.</p>`}
  </${Section}>`;
}

/** The value as the connector tells it: without secrets. @param {any} props */
function One({ order, view }) {
  return html`<div class="order">
    <div class="order-what">
      <strong title=${order.command}>${order.command === "call" ? order.action : commandName(order.command)}</strong>
      <span class="muted small">${placeName(view, order.where)}</span>
      ${isKnown(order) ? html`<code class="small order-value">${order.isTold && valueText(order.value)}</code>` : html`<span class="muted small">value not known</span>`}
    </div>
    <span class="muted small order-when"><${TimeAgo} time=${timeOf(order)} />${order.isOurs ? "" : order.times.asked ? " · not from this page" : ""}</span>
    <${Progress} order=${order} hasHint=${false} />
  </div>`;
}

/** Of what ended before this page was opened only the outcome is known. @param {any} order */
const isKnown = (order) => order.isTold || order.isOurs;

/** @param {any} value */
function valueText(value) {
  if (value === undefined) return "";
  const text = JSON.stringify(value) ?? "";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
