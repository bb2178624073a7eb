// @ts-check
/** The connector itself: how it is, what it needs, what it keeps. */
import { html, useEffect, useSignal } from "../lib/html.js";
import { all, get } from "../lib/api.js";
import { on } from "../lib/state.js";
import { ErrorNote, Loading, Notice, PageHead } from "../parts/page.js";
import { Broker, Certificates, Itself, Links, Queues, Stations, Store } from "./connector/cards.js";
import { warnings } from "./connector/warnings.js";

const LOOK_MS = 3000;
const LOOK_AT_STORE_MS = 30_000;
const MOST_CERTIFICATES = 2000;

export const title = () => "Connector";

export default function Page() {
  const view = useLook(() => get("connector"), LOOK_MS);
  const store = useLook(() => get("store"), LOOK_AT_STORE_MS);
  const pki = useLook(certificates, LOOK_AT_STORE_MS);
  const found = warnings(view.value.value, store.value.value, pki.value.value);
  const parts = [view, store, pki];
  const problems = [...new Map(parts.flatMap(({ value }) => (value.error ? [[value.error.message, value.error]] : []))).values()];
  const again = () => parts.forEach((part) => part.reload());
  const isThere = parts.some(({ value }) => value.value);
  return html`<${PageHead} title="Connector" sub="How the connector itself is." />
    ${problems.map((problem) => html`<${ErrorNote} key=${problem.message} error=${problem} retry=${again} />`)}
    ${!isThere && problems.length === 0 && html`<${Loading} />`}
    <div class="stack" role="status" aria-label="Warnings">
      ${found.map(({ tone, text }) => html`<${Notice} key=${text} tone=${tone}>${text}</${Notice}>`)}
      ${isThere && found.length === 0 && problems.length === 0 && html`<${Notice} tone="ok">All is well.</${Notice}>`}
    </div>
    <div class="grid">
      ${view.value.value && html`<${Itself} view=${view.value.value} /><${Broker} view=${view.value.value} /><${Stations} view=${view.value.value} /><${Queues} view=${view.value.value} />`}
      ${store.value.value && html`<${Store} store=${store.value.value} reload=${store.reload} />`}
      <${Links} />
    </div>
    ${pki.value.value && html`<${Certificates} pki=${pki.value.value} />`}`;
}

/** What was issued, and the days that all of it is good for. */
async function certificates() {
  const page = await get("pki", { limit: 1000 });
  const more = page.next ? await all("pki", {}, { most: MOST_CERTIFICATES }) : page.items;
  return { items: more, days_left: page.days_left };
}

/**
 * Something that is asked again and again while the page is seen.
 * @param {() => Promise<any>} ask @param {number} everyMs
 */
function useLook(ask, everyMs) {
  const found = useSignal(/** @type {{value: any, error: any}} */ ({ value: null, error: null }));
  const reload = async () => {
    try {
      found.value = { value: await ask(), error: null };
    } catch (error) {
      found.value = { value: found.value.value, error };
    }
  };
  useEffect(() => {
    reload();
    const timer = setInterval(() => document.hidden || reload(), everyMs);
    const stop = on("up", reload);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  return { value: found.value, reload };
}
