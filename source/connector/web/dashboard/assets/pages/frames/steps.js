// @ts-check
/** From the row that is open to those before and after it. */
import { announce } from "../../parts/announce.js";
import { partnerOf } from "./kinds.js";

/** @typedef {import("./kinds.js").Frame} Frame */
/** @typedef {{to: (by: 1 | -1) => Frame | undefined, go: (by: 1 | -1) => void}} Steps */

/**
 * @param {import("./log.js").Log} log @param {{value: string | null}} activeKey
 * @param {{value: Frame | null}} opened @returns {Steps}
 */
export function stepsOf(log, activeKey, opened) {
  const to = (by) => {
    const rows = log.shown;
    const at = rows.findLastIndex((frame) => frame.key === activeKey.value) + by;
    // Its other half is shown already.
    const isShown = rows[at] && opened.value && rows[at] === partnerOf(log.all, opened.value);
    return rows[isShown ? at + by : at];
  };
  const go = (by) => {
    const next = to(by);
    if (!next) return announce(by > 0 ? "This is the newest" : "This is the oldest");
    activeKey.value = next.key;
    opened.value = next;
  };
  return { to, go };
}
