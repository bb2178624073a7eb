// @ts-check
/** What fits a filter may be older than what the page has: the connector looks for it. */
import { get } from "../../lib/api.js";
import { plural } from "../../lib/format.js";
import { useEffect, useSignal } from "../../lib/html.js";
import { announce } from "../../parts/announce.js";
import { picked } from "./filters.js";
import { kindsOf } from "./kinds.js";
import { FETCHED } from "./log.js";

const TYPED_MS = 400;


/**
 * The same as the connector takes it. @param {Record<string, string>} query
 * @param {string} only the station, where it is the whole name of one
 */
export function asked(query, only) {
  const { station, action, direction, kind, text } = picked(query);
  return {
    ...(only ? { station: only } : { station_part: station.trim() }),
    action_part: action.trim(),
    direction,
    kind: kindsOf(kind),
    text: text.trim(),
  };
}

/**
 * Has the connector look for what is asked, once nobody types any more.
 * @param {import("./log.js").Log} log @param {ReturnType<typeof asked>} query @param {any} error
 */
export function useSought(log, query, error) {
  const older = useSignal(/** @type {string | null} */ (null));
  const isSeeking = useSignal(false);
  const question = JSON.stringify(query);
  const hasBegun = log.streams.value > 0;
  useEffect(() => {
    older.value = null;
    isSeeking.value = log.isFiltered;
    if (!log.isFiltered || !hasBegun) return undefined;
    const ended = new AbortController();
    const look = async () => {
      try {
        const page = await get("messages", { ...query, limit: FETCHED }, { signal: ended.signal });
        log.addSought(page.items);
        older.value = page.next;
      } catch (problem) {
        if (!ended.signal.aborted) error.value = problem;
      } finally {
        if (!ended.signal.aborted) isSeeking.value = false;
      }
    };
    const timer = setTimeout(look, TYPED_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [question, hasBegun]);
  const further = async () => {
    const page = await get("messages", { ...query, limit: FETCHED, cursor: older.value });
    log.addSought(page.items);
    older.value = page.next;
    announce(`${plural(log.shown.length, "message")} shown`);
  };
  return { older, isSeeking, further };
}
