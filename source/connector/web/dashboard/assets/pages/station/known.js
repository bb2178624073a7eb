// @ts-check
/** What a station tells at all: the keys of its datapoints, found as they come. */
import { useEffect, useSignal } from "../../lib/html.js";
import { partsOf } from "../../lib/keys.js";
import { loadDatapoints, on, watch } from "../../lib/state.js";
import { loadPast, remember } from "./past.js";

/**
 * Fetches the values of a station, now and whenever the stream of events begins again, and
 * gives the keys that are known. What it was told goes to the list of orders.
 * @param {string} id
 */
export function useDatapoints(id) {
  const keys = useSignal(/** @type {string[]} */ ([]));
  const problem = useSignal(/** @type {any} */ (null));
  const isHere = useSignal(false);
  async function load() {
    try {
      await Promise.all([loadPast(id), loadDatapoints(id)]);
      problem.value = null;
      isHere.value = true;
    } catch (error) {
      problem.value = error;
    }
  }
  useEffect(() => {
    /** @type {Set<string>} */
    const known = new Set();
    let isDue = false;
    const show = () => {
      isDue = false;
      keys.value = [...known].sort();
    };
    const stop = on("datapoint", (data) => {
      if (known.has(data.key)) return;
      const parts = partsOf(data.key);
      if (parts?.station !== id) return;
      if (parts.rest.at(-1) === "result") remember(id, parts.where, parts.name, data.value);
      else known.add(data.key);
      // A station has hundreds of them, and they come in one go.
      if (!isDue) queueMicrotask(show);
      isDue = true;
    });
    const stopUp = on("up", load);
    watch(id);
    load();
    return () => {
      watch(null);
      stop();
      stopUp();
    };
  }, [id]);
  return { keys, problem, isHere, load };
}
