// @ts-check
/** Power, current and their limits over time: from the history, then as they come. */
import { html, useEffect, useMemo, useRef, useSignal, useState } from "../../lib/html.js";
import { current, dateTime, number, power, shortTime, UNKNOWN } from "../../lib/format.js";
import { keyOf } from "../../lib/keys.js";
import { link, now, on, valueNow } from "../../lib/state.js";
import { Chart } from "../../parts/chart.js";
import { Field } from "../../parts/field.js";
import { ErrorNote, Loading, Section } from "../../parts/page.js";
import { mainPlaces, placeName } from "./naming.js";
import { fixedRange, liveRange, Series } from "./series.js";

/** @type {[number, string, string][]} */
const RANGES = [
  [3600, "1 h", "Last hour"],
  [6 * 3600, "6 h", "Last 6 hours"],
  [24 * 3600, "24 h", "Last 24 hours"],
  [7 * 86_400, "7 d", "Last 7 days"],
];
const MOST_ROWS = 60;
/** In kW, A and %: a value beyond it is a mistake of the meter, and would leave the rest flat. */
const MOST = 100_000;

/**
 * @typedef {import("../../parts/chart.js").Line & {key: string, scaleBy?: number, isAlways?: boolean, isHeld?: boolean}} Curve
 * isHeld: by the station, so that nobody knows it while that is away
 */

/** @param {any} kilo */
const kilowatts = (kilo) => (kilo === null || kilo === undefined ? UNKNOWN : power(kilo * 1000));
/** @param {any} percent */
const percents = (percent) => (percent === null || percent === undefined ? UNKNOWN : `${number(percent)} %`);

/** @param {string} id @param {string} where @returns {Curve[]} */
const powerCurves = (id, where) => [
  { key: keyOf(id, where, "Power.Active.Import"), label: "Power", color: "--chart-1", isFilled: true, scaleBy: 0.001, format: kilowatts, isAlways: true },
  { key: keyOf(id, where, "power_limit"), label: "Limit in force", color: "--chart-2", isStep: true, isHeld: true, scaleBy: 0.001, format: kilowatts, isAlways: true },
  { key: keyOf(id, where, "power_limit_asked"), label: "Limit asked", color: "--text", isStep: true, isDashed: true, scaleBy: 0.001, format: kilowatts, isAlways: true },
  { key: keyOf(id, where, "SoC"), label: "State of charge", color: "--chart-3", scale: "y2", format: percents },
];

/** @param {string} id @param {string} where @param {string[]} keys @returns {Curve[]} */
function currentCurves(id, where, keys) {
  const phases = ["L1", "L2", "L3"].filter((phase) => keys.includes(keyOf(id, where, "Current.Import", phase)));
  const colors = ["--chart-1", "--chart-3", "--chart-4"];
  const flows = phases.length
    ? phases.map((phase, at) => ({ key: keyOf(id, where, "Current.Import", phase), label: phase, color: colors[at], format: current, isAlways: true }))
    : [{ key: keyOf(id, where, "Current.Import"), label: "Current", color: "--chart-1", isFilled: true, format: current, isAlways: true }];
  return [
    ...flows,
    { key: keyOf(id, where, "current_limit"), label: "Limit in force", color: "--chart-2", isStep: true, isHeld: true, format: current },
    { key: keyOf(id, where, "current_limit_asked"), label: "Limit asked", color: "--text", isStep: true, isDashed: true, format: current },
  ];
}

/** @param {{view: any, keys: string[], isReady: boolean}} props */
export function Charts({ view, keys, isReady }) {
  const places = placesOf(view, keys);
  const [chosen, setChosen] = useState("");
  const where = places.includes(chosen) ? chosen : places[0];
  const [lengthS, setLength] = useState(RANGES[0][0]);
  const [zoom, setZoom] = useState(/** @type {[number, number] | null} */ (null));
  const shown = zoom ? `${shortTime(zoom[0] * 1000)} to ${shortTime(zoom[1] * 1000)}` : RANGES.find(([each]) => each === lengthS)?.[2];
  const choose = (/** @type {number} */ each) => (setZoom(null), setLength(each));
  const aside = html`<div class="chips" role="group" aria-label="Time shown">
    ${RANGES.map(([each, text, long]) => html`<button key=${each} class="chip" type="button" aria-label=${`${text}: ${long}`} aria-pressed=${!zoom && each === lengthS} onClick=${() => choose(each)}>${text}</button>`)}
    ${zoom && html`<button class="chip" type="button" aria-pressed="true" onClick=${() => setZoom(null)}>${shown}: back to now</button>`}
  </div>`;
  return html`<${Section} title="Over time" aside=${aside}>
    ${places.length > 1 && html`<div class="chart-place"><${Field} label="Place" value=${where} options=${places.map((each) => [each, placeName(view, each)])} onInput=${setChosen} /></div>`}
    ${isReady ? html`<${Plots} key=${`${where}/${lengthS}/${zoom}`} view=${view} where=${where} keys=${keys} lengthS=${lengthS} zoom=${zoom} span=${shown} onZoom=${(/** @type {number} */ from, /** @type {number} */ to) => setZoom([from, to])} />` : html`<${Loading} />`}
  </${Section}>`;
}

/** Connectors, and the main meter where there is one. @param {any} view @param {string[]} keys */
function placesOf(view, keys) {
  const hasMain = keys.includes(keyOf(view.station, "0", "Power.Active.Import"));
  return [...mainPlaces(view), ...(hasMain ? ["0"] : [])];
}

/** @param {any} props */
function Plots({ view, where, keys, lengthS, zoom, span, onZoom }) {
  const id = view.station;
  const place = placeName(view, where);
  const currents = currentCurves(id, where, keys);
  const shape = currents.map((each) => each.key).join();
  const curves = useMemo(() => [...powerCurves(id, where), ...currents], [shape]);
  const { series, problem, drawn, load } = useSeries(curves.map((each) => each.key), shape, lengthS, zoom);
  if (problem.value) return html`<${ErrorNote} error=${problem.value} retry=${load} />`;
  if (!series.value) return html`<${Loading} text="Loading the history…" />`;
  drawn.value; // Read: drawn again when there is something new.
  // With a phase that is new the curves are other ones, until their history is fetched.
  const isDrawn = (/** @type {Curve} */ { key, isAlways }) => series.value?.keys.includes(key) && (isAlways || series.value.hasAny(key));
  const of = (/** @type {Curve[]} */ those) => ({ those: those.filter(isDrawn), series: series.value, leftS: leftAt(view), onZoom });
  return html`<div class="stack">
    <${Plot} ...${of(curves.slice(0, 4))} title="Power (kW)" label=${`Power and limits of ${place}, ${span}`} version=${drawn.value} />
    <${Plot} ...${of(curves.slice(4))} title="Current (A)" label=${`Current and limits of ${place}, ${span}`} version=${drawn.value} />
  </div>`;
}

/**
 * The history, and what comes after it. @param {string[]} keys @param {string} shape
 * @param {number} lengthS @param {[number, number] | null} zoom
 */
function useSeries(keys, shape, lengthS, zoom) {
  const series = useSignal(/** @type {Series | null} */ (null));
  const problem = useSignal(/** @type {any} */ (null));
  const drawn = useSignal(0);
  const ending = useRef(new AbortController());
  async function load() {
    ending.current.abort();
    const { signal } = (ending.current = new AbortController());
    const found = new Series(keys, zoom ? fixedRange(...zoom) : liveRange(lengthS, now.peek()));
    try {
      await found.load(signal);
    } catch (error) {
      if (!signal.aborted) problem.value = error;
      return;
    }
    problem.value = null;
    series.value = found;
    drawn.value += 1;
  }
  useEffect(() => {
    load();
    const stopUp = on("up", load);
    const stop = zoom ? () => undefined : now.subscribe((ms) => follow(ms));
    return () => {
      stop();
      stopUp();
      ending.current.abort();
    };
  }, [shape]);
  /** @param {number} ms */
  function follow(ms) {
    const found = series.peek();
    // While there is no link nobody knows what flows: that is a gap, until it is fetched.
    if (!found || document.hidden || link.peek() !== "up") return;
    if (found.behind(ms) > 2) {
      load();
      return;
    }
    found.take(ms, (key) => valueNow(key)?.value);
    drawn.value += 1;
  }
  return { series, problem, drawn, load };
}

/** When it was there last, s. @param {any} view */
const leftAt = ({ connected, last_seen: last }) => (connected ? Infinity : new Date(last ?? 0).getTime() / 1000);

/** @param {{those: Curve[], series: Series, leftS: number, title: string, label: string, onZoom: any, version: number}} props */
function Plot({ those, series, leftS, title, label, onZoom, version }) {
  const names = those.map((each) => each.key).join();
  const data = useMemo(() => columnsOf(those, series, leftS), [version, names, series, leftS]);
  if (data.slice(1).every((column) => column.every((each) => each === null)))
    return html`<div><h3>${title}</h3><p class="muted">Nothing is known of this time.</p></div>`;
  return html`<div>
    <h3>${title}</h3>
    <${Chart} label=${label} summary=${summaryOf(those, data)} lines=${those} data=${data} height=${220} onZoom=${onZoom} />
    <${AsTable} caption=${label} lines=${those} data=${data} />
  </div>`;
}

/** @param {Curve[]} those @param {Series} series @param {number} leftS when the station left */
function columnsOf(those, series, leftS) {
  const [times, ...all] = series.columns();
  const isFar = (/** @type {Curve} */ { isStep, scaleBy = 1 }, /** @type {number} */ each) => !isStep && Math.abs(each * scaleBy) > MOST;
  const isPast = (/** @type {Curve} */ { isHeld }, /** @type {number} */ at) => isHeld && (times[at] ?? 0) > leftS;
  const scaled = those.map((curve) =>
    all[series.keys.indexOf(curve.key)].map((each, at) => (each === null || isFar(curve, each) || isPast(curve, at) ? null : each * (curve.scaleBy ?? 1))),
  );
  return [times, ...scaled];
}

/** @param {Curve[]} those @param {(number | null)[][]} data */
function summaryOf(those, [, ...columns]) {
  return those
    .map(({ label, format = number }, at) => {
      const known = columns[at].filter((each) => each !== null);
      if (known.length === 0) return `${label}: no values`;
      return `${label}: now ${format(columns[at].at(-1) ?? null)}, between ${format(Math.min(...known))} and ${format(Math.max(...known))}`;
    })
    .join(". ");
}

/** The same in words, at most so many rows. @param {{caption: string, lines: Curve[], data: (number | null)[][]}} props */
function AsTable({ caption, lines, data }) {
  const [isOpen, setOpen] = useState(false);
  const [times] = data;
  const every = Math.ceil(times.length / MOST_ROWS);
  const rows = isOpen ? times.map((_, at) => at).filter((at) => (times.length - 1 - at) % every === 0).reverse() : [];
  return html`<details class="small" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>As a table</summary>
    ${isOpen && html`<div class="table-wrap chart-table" role="region" aria-label=${caption} tabindex="0"><table class="table">
      <caption class="visually-hidden">${caption}</caption>
      <thead><tr><th scope="col">Time</th>${lines.map(({ label }) => html`<th scope="col" class="num" key=${label}>${label}</th>`)}</tr></thead>
      <tbody>${rows.map((at) => html`<tr key=${times[at]}>
        <td class="num" data-label="Time">${dateTime((times[at] ?? 0) * 1000)}</td>
        ${lines.map(({ label, format = number }, line) => html`<td class="num" key=${label} data-label=${label}>${format(data[line + 1][at])}</td>`)}
      </tr>`)}</tbody>
    </table></div>`}
  </details>`;
}
