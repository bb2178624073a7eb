// @ts-check
/** What a record of the frame log is, in words and shapes. */

/**
 * @typedef {object} Frame a record of `GET /api/v1/messages`
 * @property {string | number} id
 * @property {string} time
 * @property {string} station
 * @property {"in" | "out"} direction in: from the station
 * @property {string} kind
 * @property {string | null} action of answers, too
 * @property {string | null} message_id
 * @property {number | null} latency_ms of answers
 * @property {string} text as it was on the wire, secrets redacted
 */

/** @typedef {"live" | "ok" | "bad" | "idle"} Tone */

/** @type {Record<string, {tone: Tone, shape: string, text: string}>} */
const KINDS = {
  CALL: { tone: "live", shape: "?", text: "Call" },
  CALLRESULT: { tone: "ok", shape: "✓", text: "Answer" },
  CALLERROR: { tone: "bad", shape: "▲", text: "Error" },
  CALLRESULTERROR: { tone: "bad", shape: "▲", text: "Result error" },
  SEND: { tone: "idle", shape: "»", text: "Send" },
};
const MALFORMED = { tone: /** @type {Tone} */ ("bad"), shape: "✕", text: "Malformed" };

/** How a kind is shown; one that is no kind of OCPP-J is malformed. @param {Frame} frame */
export const shownAs = (frame) => KINDS[frame.kind] ?? MALFORMED;

/** Whether it tells of something wrong. @param {Frame} frame */
export const isBad = (frame) => shownAs(frame).tone === "bad";

/** @param {Frame} frame */
const asks = (frame) => frame.kind === "CALL" || frame.kind === "SEND";
/** @param {Frame} frame */
const answers = (frame) => frame.kind === "CALLRESULT" || frame.kind === "CALLERROR";

/** What can be chosen as kind: [name, words, predicate]. */
export const CHOICES = /** @type {const} */ ([
  ["", "All", () => true],
  ["calls", "Calls and sends", asks],
  ["answers", "Answers", answers],
  ["errors", "Errors and malformed", isBad],
]);

/** @param {Frame} frame */
export const way = (frame) => (frame.direction === "in" ? "from station" : "to station");

/**
 * The call of an answer, or the answer of a call; null where it is not in the log.
 * Message ids may be used again: the nearest one counts.
 * @param {Frame[]} frames in their order @param {Frame} frame @returns {Frame | null}
 */
export function partnerOf(frames, frame) {
  if (!frame.message_id || frame.kind === "SEND") return null;
  const isCall = asks(frame);
  if (!isCall && !answers(frame)) return null;
  const start = frames.lastIndexOf(frame);
  const step = isCall ? 1 : -1;
  for (let at = start + step; start >= 0 && at >= 0 && at < frames.length; at += step) {
    const other = frames[at];
    if (other.station !== frame.station || other.message_id !== frame.message_id) continue;
    if (isCall && other.direction === frame.direction && asks(other)) return null;
    if (other.direction !== frame.direction && (isCall ? answers(other) : asks(other))) return other;
  }
  return null;
}
