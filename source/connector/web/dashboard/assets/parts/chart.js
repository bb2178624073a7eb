// @ts-check
/** A plot over time; drawn by uPlot, told in words to who does not see it. */
import uPlot from "uplot";
import { html, useEffect, useRef } from "../lib/html.js";
import { clock, dateTime, day, minute, UNKNOWN } from "../lib/format.js";

/** Limits above it (kW, A) are no measure of a plot. */
const FAR = 1000;
const MINUTE_S = 60;
const DAY_S = 86_400;
/** Between two times at the axis, in pixels: the longest of them has room. */
const TIME_PX = 72;
const SECONDS_PX = 96;

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} color a token of style/tokens.css: "--chart-1" .. "--chart-4"
 * @property {boolean} [isStep] holds until its next value (limits)
 * @property {boolean} [isDashed]
 * @property {boolean} [isFilled]
 * @property {string} [scale] "y" (default) or "y2", at the right
 * @property {(value: number | null) => string} [format]
 */

/**
 * @param {{label: string, summary: string, lines: Line[], data: (number | null)[][],
 *   height?: number, onZoom?: (fromS: number, toS: number) => void}} props data: times in s,
 *   then each line's values (null: not known); summary: what it shows, in words
 */
export function Chart({ label, summary, lines, data, height = 260, onZoom }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const shape = JSON.stringify(lines.map(({ format, ...rest }) => rest));
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, lines, height, onZoom), data, element);
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    const stop = onTheme(draw);
    return () => {
      sizes.disconnect();
      stop();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, height]);
  useEffect(() => plot.current?.setData(data), [data]);
  return html`<figure class="chart" role="group" aria-label=${label}>
    <div ref=${place} role="img" aria-label=${`${label}. ${summary}`}></div>
    <figcaption class="visually-hidden">${summary}</figcaption>
  </figure>`;
}

/** @param {() => void} run called when the theme has changed */
function onTheme(run) {
  const watcher = new MutationObserver(run);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => watcher.disconnect();
}

/** @param {HTMLElement} element @param {Line[]} lines @param {number} height @param {any} onZoom */
function options(element, lines, height, onZoom) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--text-muted"),
    grid: { stroke: color("--border"), width: 1 },
    ticks: { stroke: color("--border"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  const hasRight = lines.some((line) => line.scale === "y2");
  const hooks = onZoom ? { setSelect: [(u) => zoomed(u, onZoom)] } : {};
  return {
    width: element.clientWidth || 600,
    height,
    cursor: { drag: { x: true, y: false, setScale: !onZoom } },
    hooks,
    scales: { y: { range: fromZero(lines) }, y2: { range: fromZero(lines) } },
    axes: [{ ...axis, values: times, space: roomPx }, { ...axis, size: 60 }, ...(hasRight ? [{ ...axis, scale: "y2", side: 1, grid: { show: false } }] : [])],
    series: [{ value: (_, timeS) => (timeS === null ? UNKNOWN : dateTime(timeS * 1000)) }, ...lines.map((line) => series(line, color(line.color)))],
  };
}

/**
 * Times at the axis as they are written elsewhere in the page; the day where it begins.
 * @param {any} _ @param {number[]} splits s @param {number} __ @param {number} ___
 * @param {number} stepS
 */
function times(_, splits, __, ___, stepS) {
  const ofDay = stepS < MINUTE_S ? clock : minute;
  const days = splits.map((timeS) => day(timeS * 1000));
  if (stepS >= DAY_S) return days;
  return splits.map((timeS, at) => `${ofDay(timeS * 1000)}${days[at] === days[at - 1] ? "" : `\n${days[at]}`}`);
}

/**
 * What a time at the axis takes; one with seconds takes more.
 * @param {any} _ @param {number} __ @param {number} fromS @param {number} toS @param {number} widthPx
 */
const roomPx = (_, __, fromS, toS, widthPx) => (((toS - fromS) / widthPx) * SECONDS_PX < MINUTE_S ? SECONDS_PX : TIME_PX);

/** @param {Line[]} lines */
const fromZero = (lines) => (/** @type {any} */ u, /** @type {number | null} */ min, /** @type {number | null} */ max, /** @type {string} */ scale) => {
  if (min === null || max === null) return [0, 1];
  const low = Math.min(0, min);
  const high = max > FAR ? highest(lines, u.data, scale) : max;
  return [low * 1.1, Math.max(low + 1, high * 1.1)];
};

/**
 * The highest that sets the scale: a limit far above all that flows would leave the rest flat.
 * @param {Line[]} lines @param {(number | null)[][]} data @param {string} scale
 */
function highest(lines, [, ...columns], scale) {
  const own = lines.map((line, at) => ({ line, top: Math.max(0, ...columns[at].filter((each) => each !== null)) })).filter(({ line }) => (line.scale ?? "y") === scale);
  const flows = Math.max(0, ...own.filter(({ line }) => !line.isStep).map(({ top }) => top));
  const near = Math.max(FAR, 10 * flows);
  return Math.max(flows, ...own.filter(({ line, top }) => line.isStep && top <= near).map(({ top }) => top));
}

/** @param {any} u @param {(fromS: number, toS: number) => void} onZoom */
function zoomed(u, onZoom) {
  const { left, width } = u.select;
  if (width > 4) onZoom(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
}

/** @param {Line} line @param {string} stroke */
function series(line, stroke) {
  return {
    label: line.label,
    scale: line.scale ?? "y",
    stroke,
    width: 2,
    dash: line.isDashed ? [6, 4] : undefined,
    fill: line.isFilled ? `color-mix(in srgb, ${stroke} 14%, transparent)` : undefined,
    paths: line.isStep ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
    points: { show: false },
    spanGaps: false,
    value: (_, found) => (line.format ? line.format(found) : (found ?? "–")),
  };
}
