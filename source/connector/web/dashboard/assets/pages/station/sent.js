// @ts-check
/** What the station was told, by whom ever, and how far each came. */
import { html } from "../../lib/html.js";
import { href } from "../../lib/router.js";
import { hello } from "../../lib/state.js";
import { LongText } from "../../parts/long.js";
import { Empty, Loading, Section } from "../../parts/page.js";
import { TimeAgo } from "../../parts/time.js";
import { placeName } from "./naming.js";
import { isAgain, isLimit, ordersOf, timeOf } from "./orders.js";
import { isPastHere } from "./past.js";
import { Progress } from "./progress.js";
import { commandName, valueText } from "./words.js";

/** @param {{view: any, most: number}} props */
export function SentList({ view, most }) {
  const all = ordersOf(view.station).value;
  const orders = all.slice(0, most);
  const aside = all.length > most && html`<a href=${href(["stations", view.station], { tab: "commands" })}>All ${all.length}</a>`;
  return html`<${Section} title="Commands and their outcome" aside=${aside} flush>
    ${orders.length === 0
      ? html`<${None} isHere=${isPastHere(view.station).value} />`
      : html`<ol class="orders">${orders.map((order) => html`<li key=${order.number}><${One} order=${order} view=${view} /></li>`)}</ol>`}
    ${!orders.every(isKnown) && html`<p class="in-card muted small">Of older commands only how the last of each ended is known.</p>`}
  </${Section}>`;
}

/** What was given before the connector started is not kept. @param {{isHere: boolean}} props */
function None({ isHere }) {
  if (!isHere) return html`<${Loading} />`;
  return html`<${Empty} icon="info" title="No command since the connector started">
    <p>It started <${TimeAgo} time=${hello.value?.started} />; which were given before is not known. Commands are listed here as they are given, over MQTT, too.</p>
  </${Empty}>`;
}

/** @param {any} props */
function One({ order, view }) {
  return html`<div class="order">
    <div class="order-what">
      <strong title=${order.command}>${commandName(order)}</strong>
      <span class="muted small">${placeName(view, order.where)}</span>
      ${isKnown(order) ? html`<code class="small order-value"><${LongText} text=${isAgain(order) ? "as it is kept" : isShown(order) ? valueText(order) : ""} /></code>` : html`<span class="muted small">value not known</span>`}
    </div>
    <span class="muted small order-when"><${TimeAgo} time=${timeOf(order)} />${isFromElsewhere(order) && " · not from this page"}</span>
    <${Progress} order=${order} hasHint=${false} />
  </div>`;
}

/** Of what the connector does not keep any more only the outcome is known. @param {any} order */
const isKnown = (order) => order.isTold || order.isOurs;

/** Before the connector has told it, what may hold a secret is not shown. @param {any} order */
const isShown = ({ isTold, command, value }) => isTold || isLimit(command) || typeof value === "boolean";

/** @param {any} order */
const isFromElsewhere = (order) => order.times.asked && !order.isOurs && !order.isOurPast;
