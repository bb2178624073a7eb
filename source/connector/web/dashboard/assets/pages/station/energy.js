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
/** @typedef {{timestamp: string, value: any}} Told */
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
  const history = path`datapoints/${key}/history`;
  const [page, begin] = await Promise.all([get(history, { since, step: HOUR_S, limit: 2000 }), get(history, { since, limit: 1 })]);
  const gained = gains(page.items, valueBefore(page.items[0], begin.items[0]));
  return Array.from({ length: DAYS }, (_, at) => {
    const day = new Date(first);
    day.setDate(day.getDate() + at);
    return { day, energy: gained.get(day.toDateString()) ?? null };
  });
}

/**
 * What the first hour began with: the very first value that is known, where it came in that hour.
 * @param {Told | undefined} hour @param {Told | undefined} told @returns {number | null}
 */
function valueBefore(hour, told) {
  if (!hour || typeof told?.value !== "number") return null;
  return Date.parse(told.timestamp) < Date.parse(hour.timestamp) + HOUR_S * 1000 ? told.value : null;
}

/** By day. @param {Told[]} values of a register, the oldest first @param {number | null} before @returns {Map<string, number>} */
function gains(values, before) {
  const gained = new Map();
  for (const { timestamp, value } of values) {
    if (typeof value !== "number") continue;
    const day = new Date(timestamp).toDateString();
    gained.set(day, (gained.get(day) ?? 0) + (before === null ? 0 : rise(before, value)));
    before = value;
  }
  return gained;
}

/** A meter that was changed, or restarted without a memory, counts from 0 again. @param {number} before @param {number} value */
const rise = (before, value) => (value < before / 2 ? value : Math.max(0, value - before));

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
