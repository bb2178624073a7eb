// @ts-check
/** What a record of the frame log is, in words and shapes. */

/**
 * @typedef {object} Frame a record of `GET /api/v1/messages`, and what the page adds
 * @property {number} number
 * @property {string} time
 * @property {string | null} station
 * @property {"in" | "out" | null} direction in: from the station
 * @property {string} kind
 * @property {string | null} action of answers, too
 * @property {string | null} id of the message
 * @property {number | null} latency_ms of answers
 * @property {any} frame JSON, or text where it is none; secrets are blanked
 * @property {string | null} note what is wrong with it
 * @property {number} run of the connector, whose numbers begin anew
 * @property {string} key unlike that of all others
 * @property {string} text the frame in one line
 */

/** @typedef {"live" | "ok" | "bad" | "idle" | "off"} Tone */

/** @type {Record<string, {tone: Tone, shape: string, text: string}>} */
const KINDS = {
  CALL: { tone: "live", shape: "?", text: "Call" },
  CALLRESULT: { tone: "ok", shape: "✓", text: "Answer" },
  CALLERROR: { tone: "bad", shape: "▲", text: "Error" },
  CALLRESULTERROR: { tone: "bad", shape: "▲", text: "Result error" },
  SEND: { tone: "idle", shape: "»", text: "Send" },
  CONNECTED: { tone: "idle", shape: "●", text: "Connected" },
  DISCONNECTED: { tone: "off", shape: "○", text: "Gone" },
  REFUSED: { tone: "bad", shape: "✕", text: "Refused" },
};
const MALFORMED = { tone: /** @type {Tone} */ ("bad"), shape: "✕", text: "Malformed" };

/** Whether something is wrong with a frame, of whatever kind it is. @param {Frame} frame */
export const isNoted = ({ direction, note }) => Boolean(direction && note);

/** How a kind is shown; one that is no kind of OCPP-J is malformed. @param {Frame} frame @returns {{tone: Tone, shape: string, text: string}} */
export function shownAs(frame) {
  const shown = KINDS[frame.kind] ?? MALFORMED;
  return isNoted(frame) ? { ...shown, tone: "bad" } : shown;
}

const BEGINNING = /^\s*\[\s*([2-6])\s*,/;

/** What one that is malformed was to be, as far as it tells. @param {Frame} frame */
const meant = ({ frame }) => (Array.isArray(frame) ? frame[0] : Number(BEGINNING.exec(frame ?? "")?.[1]));

/** Whether it is to be answered. @param {Frame} frame */
export const asks = (frame) => frame.kind === "CALL" || (frame.kind === "MALFORMED" && meant(frame) === 2);
/** @param {Frame} frame */
const answers = (frame) => frame.kind === "CALLRESULT" || frame.kind === "CALLERROR" || (frame.kind === "MALFORMED" && [3, 4].includes(meant(frame)));

/** What can be chosen as kind: [name, words, kinds]; none: all. */
/** @type {[string, string, string[]][]} */
export const CHOICES = [
  ["", "All", []],
  ["calls", "Calls and sends", ["CALL", "SEND"]],
  ["answers", "Answers", ["CALLRESULT", "CALLERROR"]],
  ["errors", "Wrong or refused", ["CALLERROR", "CALLRESULTERROR", "MALFORMED", "REFUSED", "NOTED"]],
  ["links", "Connections", ["CONNECTED", "DISCONNECTED", "REFUSED"]],
];

/** Whether it is of one of some kinds; none: all. @param {Frame} frame @param {string[]} kinds */
export const isOf = (frame, kinds) => kinds.length === 0 || kinds.includes(frame.kind) || (isNoted(frame) && kinds.includes("NOTED"));

/** The kinds that a choice stands for. @param {string} [choice] */
export const kindsOf = (choice = "") => (CHOICES.find(([name]) => name === choice) ?? CHOICES[0])[2];

const WAYS = { in: "from station", out: "to station" };

/** "" where it is no frame. @param {Frame} frame */
export const way = (frame) => (frame.direction ? WAYS[frame.direction] : "");

/** A record as it came, with what the page needs. @param {any} record @param {number} run @returns {Frame} */
export function read(record, run) {
  const { frame, note } = record;
  const text = typeof frame === "string" ? frame : frame === null ? "" : JSON.stringify(frame);
  return { ...record, run, key: `${run}/${record.number}`, text: note ? `${note}${text && " · "}${text}` : text };
}

/** What it says beside its id and action, in one line. @param {Frame} frame */
export function gist(frame) {
  const { kind, frame: parts } = frame;
  if (frame.note || !Array.isArray(parts)) return frame.text;
  const said = kind === "CALL" || kind === "SEND" ? parts[3] : kind === "CALLRESULT" ? parts[2] : parts.slice(2);
  return JSON.stringify(said ?? null);
}

/** As it came. @param {Frame} frame */
export function original({ run, key, text, ...record }) {
  return record;
}

/** @param {Frame} a @param {Frame} b */
export const byAge = (a, b) => a.run - b.run || a.number - b.number;

/**
 * The call of an answer, or the answer of a call; null where it is not in the log.
 * Message ids may be used again: the nearest one counts.
 * @param {Frame[]} frames in their order @param {Frame} frame @returns {Frame | null}
 */
export function partnerOf(frames, frame) {
  if (!frame.id) return null;
  const isCall = asks(frame);
  if (!isCall && !answers(frame)) return null;
  const start = frames.lastIndexOf(frame);
  const step = isCall ? 1 : -1;
  for (let at = start + step; start >= 0 && at >= 0 && at < frames.length; at += step) {
    const other = frames[at];
    if (other.station !== frame.station || other.id !== frame.id) continue;
    if (isCall && other.direction === frame.direction && asks(other)) return null;
    if (other.direction !== frame.direction && (isCall ? answers(other) : asks(other))) return other;
  }
  return null;
}
