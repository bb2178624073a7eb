// @ts-check
/** What was measured: plotted, and as a table. */
import { html, useMemo, useSignal } from "../../lib/html.js";
import { clock, dateTime, plural, value } from "../../lib/format.js";
import { Chart } from "../../parts/chart.js";
import { Field } from "../../parts/field.js";
import { Empty, Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { linesOf, namesOf, plottable, spoken, unitOf } from "./measurands.js";

const AT_ONCE = 20;

/** @param {{samples: any[]}} props oldest first */
export function Samples({ samples }) {
  const chosen = useSignal("");
  const choices = useMemo(() => plottable(samples), [samples]);
  const shown = choices.includes(chosen.value) ? chosen.value : choices[0];
  if (samples.length === 0) {
    return html`<${Section} title="Measured"><${Empty} icon="info" title="Nothing was measured">The station sent no meter values in this transaction.</${Empty}></${Section}>`;
  }
  const aside =
    choices.length > 1 && html`<${Field} label="What is plotted" hideLabel=${true} value=${shown} options=${choices.map((name) => [name, spoken(name)])} onInput=${(name) => (chosen.value = name)} />`;
  return html`${shown && html`<${Section} title="Course" aside=${aside}><${Plot} samples=${samples} measurand=${shown} /></${Section}>`}
    <${Table} samples=${samples} />`;
}

/** @param {{samples: any[], measurand: string}} props */
function Plot({ samples, measurand }) {
  const { names, data } = useMemo(() => linesOf(samples, measurand), [samples, measurand]);
  const unit = unitOf(measurand);
  const lines = names.map((name, at) => ({
    label: spoken(name),
    color: `--chart-${at + 1}`,
    isFilled: at === 0,
    format: (found) => value(found, unit),
  }));
  const numbers = data.slice(1).flat().filter((each) => each !== null);
  const told = numbers.length
    ? `${plural(samples.length, "sample")}, from ${value(Math.min(...numbers), unit)} to ${value(Math.max(...numbers), unit)}`
    : "no number";
  const times = data[0].filter((_, at) => data.slice(1).some((column) => column[at] !== null));
  if (new Set(times).size < 2) return html`<p class="muted">${spoken(measurand)} was told once: ${value(numbers[0], unit)}. A course needs two samples.</p>`;
  return html`<${Chart} label=${spoken(measurand)} summary=${told} lines=${lines} data=${data} />`;
}

/** @param {{samples: any[]}} props */
function Table({ samples }) {
  const most = useSignal(AT_ONCE);
  const names = useMemo(() => namesOf(samples), [samples]);
  const columns = [
    { key: "time", label: "Time", className: "unbroken", cell: ({ timestamp }) => html`<time datetime=${timestamp} title=${dateTime(timestamp)}>${clock(timestamp)}</time>` },
    ...names.map((name) => ({ key: name, label: spoken(name), num: true, cell: ({ values }) => (name in values ? value(values[name], unitOf(name)) : "") })),
  ];
  const rows = samples.slice(-most.value).reverse();
  const left = samples.length - rows.length;
  return html`<${Section} title=${plural(samples.length, "sample")} flush=${true}>
    <div class="samples"><${DataTable} caption="Samples, the newest first" columns=${columns} rows=${rows} keyOf=${(row) => row.timestamp} /></div>
    ${left > 0 && html`<div class="list-foot"><button class="btn" type="button" onClick=${() => (most.value += 10 * AT_ONCE)}>Show more of the ${left} older ones</button></div>`}
  </${Section}>`;
}
