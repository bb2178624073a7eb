// @ts-check
/** Who may charge, and who has tried. */
import { html, useEffect, useRef, useSignal } from "../lib/html.js";
import { all, get } from "../lib/api.js";
import { on } from "../lib/state.js";
import { Icon } from "../parts/icons.js";
import { ErrorNote, Loading, PageHead } from "../parts/page.js";
import { TokenForm } from "./tokens/form.js";
import { Registered } from "./tokens/registered.js";
import { Seen } from "./tokens/seen.js";

/** Below them are those that are registered. */
const SEEN_AT_FIRST = 10;
const SEEN_MORE = 50;
const LOOK_MS = 5000;

export const title = () => "Tokens";

/** @param {{query: Record<string, string>}} props */
export default function Page({ query }) {
  const edited = useSignal(/** @type {any} */ (null));
  const { tokens, seen, unknown, more, error, reload } = useTokens();
  const add = () => (edited.value = { isNew: true });
  return html`<${PageHead} title="Tokens" sub="Cards, keys and apps: who may charge, and who has tried.">
      <button class="btn btn-primary" type="button" onClick=${add}><${Icon} name="add" />Add a token</button>
    </${PageHead}>
    <${ErrorNote} error=${error.value} retry=${reload} />
    ${tokens.value === null && !error.value && html`<${Loading} />`}
    ${tokens.value && html`
      <${Seen} seen=${seen.value} unknown=${unknown.value} more=${more.value} reload=${reload} />
      <${Registered} tokens=${tokens.value} query=${query} onEdit=${(token) => (edited.value = { token })} reload=${reload} />`}
    ${edited.value && html`<${TokenForm} token=${edited.value.token} onClose=${() => (edited.value = null)} onSaved=${reload} />`}`;
}

/** The lists; those that were seen are looked at every few seconds. */
function useTokens() {
  const tokens = useSignal(/** @type {any[] | null} */ (null));
  const seen = useSignal(/** @type {any[]} */ ([]));
  const unknown = useSignal("");
  const most = useRef(SEEN_AT_FIRST);
  const more = useSignal(/** @type {(() => Promise<void>) | null} */ (null));
  const error = useSignal(/** @type {any} */ (null));
  const look = async () => {
    const page = await get("tokens/seen", { limit: most.current });
    seen.value = page.items;
    unknown.value = page.unknown;
    more.value = page.next ? older : null;
  };
  const older = () => {
    most.current += SEEN_MORE;
    return look();
  };
  const reload = async () => {
    try {
      const [found] = await Promise.all([all("tokens"), look()]);
      tokens.value = found;
      error.value = null;
    } catch (problem) {
      error.value = problem;
    }
  };
  useEffect(() => {
    reload();
    const stop = on("up", reload);
    // A connector that does not answer is told of by the bar.
    const timer = setInterval(() => document.hidden || look().catch(() => undefined), LOOK_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, []);
  return { tokens, seen, unknown, more, error, reload };
}
