// @ts-check
/** What was measured: plotted, and as a table. */
import { html, useMemo, useSignal } from "../../lib/html.js";
import { clock, dateTime, plural, value } from "../../lib/format.js";
import { Chart } from "../../parts/chart.js";
import { Field } from "../../parts/field.js";
import { LongText } from "../../parts/long.js";
import { Empty, Section } from "../../parts/page.js";
import { DataTable } from "../../parts/table.js";
import { joined, linesOf, namesOf, plottable, scaleOf, spoken, unitOf } from "./measurands.js";

const AT_ONCE = 20;

/** @param {{samples: any[], isRunning: boolean}} props samples: oldest first */
export function Samples({ samples: told, isRunning }) {
  const chosen = useSignal("");
  const samples = useMemo(() => joined(told), [told]);
  const choices = useMemo(() => plottable(samples), [samples]);
  const shown = choices.includes(chosen.value) ? chosen.value : choices[0];
  if (samples.length === 0) {
    return html`<${Section} title="Measured"><${None} isRunning=${isRunning} /></${Section}>`;
  }
  const aside =
    choices.length > 1 && html`<${Field} label="What is plotted" hideLabel=${true} value=${shown} options=${choices.map((name) => [name, spoken(name)])} onInput=${(name) => (chosen.value = name)} />`;
  return html`${shown && html`<${Section} title="Course" aside=${aside}><${Plot} samples=${samples} measurand=${shown} /></${Section}>`}
    <${Table} samples=${samples} />`;
}

/** @param {{isRunning: boolean}} props */
const None = ({ isRunning }) =>
  isRunning
    ? html`<${Empty} icon="info" title="Nothing measured yet">Stations send meter values every so often; they are here as soon as they come.</${Empty}>`
    : html`<${Empty} icon="info" title="Nothing was measured">The station sent no meter values in this transaction.</${Empty}>`;

/** @param {{samples: any[], measurand: string}} props */
function Plot({ samples, measurand }) {
  const { unit, size, format } = scaleOf(measurand);
  const { names, data } = useMemo(() => linesOf(samples, measurand, size), [samples, measurand]);
  const name = spoken(measurand);
  const lines = names.map((name, at) => ({
    label: spoken(name),
    color: `--chart-${at + 1}`,
    isFilled: at === 0,
    format,
  }));
  const numbers = data.slice(1).flat().filter((each) => each !== null);
  const told = numbers.length
    ? `${plural(samples.length, "sample")}, from ${format(Math.min(...numbers))} to ${format(Math.max(...numbers))}`
    : "no number";
  if (data[0].length < 2) return html`<p class="muted">${name} was told once: ${format(numbers[0])}. A course needs two samples.</p>`;
  return html`<h3>${unit ? `${name} (${unit})` : name}</h3>
    <${Chart} label=${name} summary=${told} lines=${lines} data=${data} />`;
}

/** @param {{samples: any[]}} props */
function Table({ samples }) {
  const most = useSignal(AT_ONCE);
  const names = useMemo(() => namesOf(samples), [samples]);
  const columns = [
    { key: "time", label: "Time", className: "unbroken", cell: ({ timestamp }) => html`<time datetime=${timestamp} title=${dateTime(timestamp)}>${clock(timestamp)}</time>` },
    ...names.map((name) => ({ key: name, label: spoken(name), num: true, cell: ({ values }) => (name in values ? html`<${LongText} text=${value(values[name], unitOf(name))} />` : "") })),
  ];
  const rows = samples.slice(-most.value).reverse();
  const left = samples.length - rows.length;
  return html`<${Section} title=${plural(samples.length, "sample")} flush=${true}>
    <div class="samples"><${DataTable} caption="Samples, the newest first" columns=${columns} rows=${rows} keyOf=${(row) => row.timestamp} /></div>
    ${left > 0 && html`<div class="list-foot"><button class="btn" type="button" onClick=${() => (most.value += 10 * AT_ONCE)}>Show more of the ${left} older ones</button></div>`}
  </${Section}>`;
}
