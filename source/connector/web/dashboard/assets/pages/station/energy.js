// @ts-check
/** Energy of each day, by what the register had become at its end. */
import { html, useEffect, useState } from "../../lib/html.js";
import { get, path } from "../../lib/api.js";
import { energy, UNKNOWN } from "../../lib/format.js";
import { keyOf } from "../../lib/keys.js";
import { now } from "../../lib/state.js";
import { Field } from "../../parts/field.js";
import { Empty, ErrorNote, Loading, Section } from "../../parts/page.js";
import { mainPlaces, placeName } from "./naming.js";

const DAYS = 14;
const HOUR_S = 3600;
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const REGISTER = "Energy.Active.Import.Register";

/** @param {{view: any, keys: string[]}} props */
export function EnergyDays({ view, keys }) {
  const places = [...mainPlaces(view), "0"].filter((where) => keys.includes(keyOf(view.station, where, REGISTER)));
  const [chosen, setChosen] = useState("");
  const [days, setDays] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const where = places.includes(chosen) ? chosen : places[0];
  async function load() {
    try {
      setDays(await daysOf(keyOf(view.station, where, REGISTER), now.peek()));
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  }
  useEffect(() => {
    if (where) load();
  }, [where]);
  const aside = places.length > 1 && html`<${Field} label="Place" hideLabel value=${where} options=${places.map((each) => [each, placeName(view, each)])} onInput=${setChosen} />`;
  return html`<${Section} title="Energy per day" aside=${aside}>
    <${ErrorNote} error=${problem} retry=${load} />
    ${!where ? html`<${Empty} icon="clock" title="No register is known yet"><p>It comes with the first meter values.</p></${Empty}>` : days ? html`<${Bars} days=${days} />` : !problem && html`<${Loading} />`}
  </${Section}>`;
}

/**
 * What the register gained on each of the last days, in the reader's zone.
 * @param {string} key @param {number} nowMs @returns {Promise<{day: Date, energy: number | null}[]>}
 */
async function daysOf(key, nowMs) {
  const first = new Date(nowMs);
  first.setHours(0, 0, 0, 0);
  first.setDate(first.getDate() - DAYS + 1);
  const since = new Date(first.getTime() - HOUR_S * 1000).toISOString();
  const page = await get(path`datapoints/${key}/history`, { since, step: HOUR_S, limit: 2000 });
  /** @type {Map<string, {first: number, last: number}>} */
  const known = new Map();
  for (const { timestamp, value } of page.items) {
    if (typeof value !== "number") continue;
    const day = new Date(timestamp).toDateString();
    known.set(day, { first: known.get(day)?.first ?? value, last: value });
  }
  return gains(first, known);
}

/** @param {Date} first @param {Map<string, {first: number, last: number}>} known */
function gains(first, known) {
  const before = new Date(first);
  before.setDate(before.getDate() - 1);
  let register = known.get(before.toDateString())?.last ?? null;
  return Array.from({ length: DAYS }, (_, at) => {
    const day = new Date(first);
    day.setDate(day.getDate() + at);
    const found = known.get(day.toDateString());
    const from = register ?? found?.first ?? null;
    register = found?.last ?? register;
    // A register that was set back tells nothing of that day.
    const gained = found && from !== null && found.last >= from ? found.last - from : null;
    return { day, energy: gained };
  });
}

/** @param {{days: {day: Date, energy: number | null}[]}} props */
function Bars({ days }) {
  const most = Math.max(1, ...days.map((each) => each.energy ?? 0));
  const total = days.reduce((sum, each) => sum + (each.energy ?? 0), 0);
  return html`<table class="energy-days">
    <caption>Last ${DAYS} days: ${energy(total)}, by the register of the meter</caption>
    <thead class="visually-hidden"><tr><th scope="col">Day</th><th scope="col">Energy</th></tr></thead>
    <tbody>${[...days].reverse().map(({ day, energy: gained }) => html`<tr key=${day.getTime()}>
      <th scope="row">${DAY.format(day)}</th>
      <td>${gained !== null && html`<span class="energy-bar" aria-hidden="true" style=${{ width: `${((gained ?? 0) / most) * 70}%` }}></span>`}<span class="num">${gained === null ? UNKNOWN : energy(gained)}</span></td>
    </tr>`)}</tbody>
  </table>`;
}
