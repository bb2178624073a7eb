// @ts-check
import { useEffect, useSignal } from "../../lib/html.js";
import { on } from "../../lib/state.js";

/**
 * Something that is fetched when it is first shown, and again when the stream of events begins
 * again, or when `again` is called.
 * @template T @param {(signal: AbortSignal) => Promise<T>} fetch @param {any[]} of what it is about
 */
export function useFetched(fetch, of) {
  const data = useSignal(/** @type {T | null} */ (null));
  const problem = useSignal(/** @type {any} */ (null));
  const ending = useSignal(new AbortController());
  async function again() {
    ending.peek().abort();
    const { signal } = (ending.value = new AbortController());
    try {
      const found = await fetch(signal);
      if (signal.aborted) return;
      data.value = found;
      problem.value = null;
    } catch (error) {
      if (!signal.aborted) problem.value = error;
    }
  }
  useEffect(() => {
    again();
    const stop = on("up", again);
    return () => {
      stop();
      ending.peek().abort();
    };
  }, of);
  return { data, problem, again };
}
