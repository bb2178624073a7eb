// @ts-check
/** How many there are of those that fit, their energy, and how long they took. */
import { html } from "../../lib/html.js";
import { duration, energy, number } from "../../lib/format.js";
import { now } from "../../lib/state.js";
import { ActionButton } from "../../parts/button.js";

/**
 * @param {{items: any[], isWhole: boolean, more: () => Promise<any>}} props isWhole: there
 *   are no more than these
 */
export function Totals({ items, isWhole, more }) {
  const energies = items.map((item) => item.energy).filter((value) => typeof value === "number");
  const seconds = items.reduce((sum, item) => sum + lasted(item, now.value), 0);
  const running = items.filter((item) => item.stop === null).length;
  return html`<div class="totals" role="group" aria-label="Totals">
    <${Stat} label=${isWhole ? "Transactions" : "The newest"} figure=${number(items.length)} />
    <${Stat} label="Running" figure=${number(running)} />
    <${Stat} label="Energy" figure=${energy(energies.reduce((sum, value) => sum + value, 0))} />
    <${Stat} label="Duration" figure=${duration(seconds)} />
    ${!isWhole && html`<${ActionButton} run=${more}>Add up all</${ActionButton}>`}
  </div>`;
}

/** @param {{label: string, figure: string}} props */
const Stat = ({ label, figure }) => html`<div class="stat"><span class="label">${label}</span><span class="figure">${figure}</span></div>`;

/** Seconds, until now where it runs. @param {any} item @param {number} nowMs */
export function lasted(item, nowMs) {
  const end = item.stop ? Date.parse(item.stop) : nowMs;
  const found = (end - Date.parse(item.start)) / 1000;
  return Number.isFinite(found) ? Math.max(0, found) : 0;
}
