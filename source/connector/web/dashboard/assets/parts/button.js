// @ts-check
import { html, useRef, useState } from "../lib/html.js";
import { toast } from "./announce.js";
import { confirm } from "./dialog.js";

/**
 * A button that runs something once: it waits while that runs, so that a double click sends
 * once. What fails is shown as a message, unless `onError` takes it.
 * @param {{run: () => Promise<any>, kind?: "primary" | "danger" | "quiet" | "", small?: boolean,
 *   disabled?: boolean, label?: string, ask?: import("./dialog.js").Question,
 *   onError?: (problem: any) => void, children?: any}} props ask: confirmed first
 */
export function ActionButton({ run, kind = "", small = false, disabled = false, label, ask, onError, children }) {
  const [isRunning, setRunning] = useState(false);
  const isBusy = useRef(false);
  async function click() {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      if (ask && !(await confirm(ask))) return;
      setRunning(true);
      await run();
    } catch (problem) {
      if (onError) onError(problem);
      else toast(problem instanceof Error ? problem.message : String(problem), "bad");
    } finally {
      isBusy.current = false;
      setRunning(false);
    }
  }
  const kinds = `btn ${kind && `btn-${kind}`} ${small ? "btn-small" : ""}`;
  return html`<button class=${kinds} type="button" aria-label=${label} aria-busy=${isRunning} aria-disabled=${isRunning}
    disabled=${disabled} onClick=${click}>${children}</button>`;
}
