// @ts-check
/**
 * The frames that the page keeps: bounded, filtered, shown at most once per frame of the
 * screen, so that hundreds of them in a second are one repaint.
 */
import { signal } from "../../lib/html.js";
import { byAge, isNoted, isOf, kindsOf, read } from "./kinds.js";
import { saying } from "./texts.js";

/** @typedef {import("./kinds.js").Frame} Frame */
/** @typedef {{station?: string, action?: string, direction?: string, kind?: string, text?: string}} Filter */

export const MOST = 5000;
/** How many are asked for at once. */
export const FETCHED = 1000;
const MOST_CHARACTERS = 24_000_000;
const HIDDEN_MS = 1000;

export class Log {
  constructor() {
    /** Counts up with each change: read it to be told. */
    this.revision = signal(0);
    /** Whether new ones wait instead of being shown. */
    this.isPaused = signal(false);
    /** @type {Frame[]} oldest first */
    this.frames = [];
    /** @type {Frame[]} those that fit the filter */
    this.shown = [];
    /** @type {Map<string, Frame>} older than those, which the connector found for the filter */
    this.sought = new Map();
    /** Counts the streams that began: what is fetched before one belongs to no run. */
    this.streams = signal(0);
    /** Actions that were seen, sorted; a new array when there is a new one. */
    this.actions = signal(/** @type {string[]} */ ([]));
    /** How many were let go since the page began to listen. */
    this.dropped = 0;
    /** How many of those were shown: by so many rows the list has moved up. */
    this.shiftedRows = 0;
    /** Whether those of before are here. */
    this.isFetched = false;
    /** @type {Frame[]} not yet shown */
    this.waiting = [];
    this.characters = 0;
    this.isAwaited = false;
    /** Whether the filter has to be asked again: what is here has changed. */
    this.mustChoose = false;
    this.keys = new Set();
    /** Counts the runs of the connector that were seen. */
    this.run = 0;
    this.started = "";
    /** The number of the frame that came last on this stream; -1: none did. */
    this.newest = -1;
    /** The highest number of this run; -1: there is none. */
    this.last = -1;
    /** How many the connector did not send, because they were too many at once. */
    this.missed = 0;
    /** @type {(frame: Frame) => boolean} */
    this.fits = () => true;
    this.isFiltered = false;
  }

  /** @param {Filter} filter */
  filter(filter) {
    this.fits = predicate(filter);
    this.isFiltered = Object.values(filter).some((text) => text?.trim());
    this.sought.clear();
    this.choose();
    this.shiftedRows = 0;
    this.revision.value += 1;
  }

  /** All that is here, oldest first: what was sought is older, or among the others already. */
  get all() {
    const older = [...this.sought.values()].filter((frame) => !this.keys.has(frame.key));
    return older.length ? [...older, ...this.frames].sort(byAge) : this.frames;
  }

  choose() {
    this.mustChoose = false;
    this.shown = (this.sought.size ? this.all : this.frames).filter(this.fits);
  }

  /** What the connector found; the page keeps no more of them than of others. @param {any[]} records */
  addSought(records) {
    const found = records.map((each) => read(each, this.run));
    this.note(found);
    this.addFound(found);
    this.revision.value += 1;
  }

  /**
   * The stream of events begins; numbers begin anew with the connector. Gives the number of
   * the last frame that is here of those before; -1: there is none.
   * @param {string} started
   */
  begin(started) {
    if (this.started !== started) {
      this.run += 1;
      this.last = -1;
    }
    this.started = started;
    this.newest = -1;
    this.streams.value += 1;
    return this.last;
  }

  /** One that has come now. @param {any} record @param {boolean} isWhole whether all stations' come */
  take(record, isWhole) {
    const frame = read(record, this.run);
    if (isWhole && this.newest >= 0) this.missed += Math.max(0, frame.number - this.newest - 1);
    // One that has got a note comes again, out of its order.
    if (this.newest >= 0 || !isNoted(frame)) this.newest = Math.max(this.newest, frame.number);
    // What was fetched before, too: it may be that the page has let it go already.
    if (frame.number <= this.last) return this.revise(frame);
    this.last = frame.number;
    this.keys.add(frame.key);
    this.waiting.push(frame);
    if (this.waiting.length > MOST) this.forget(this.waiting.splice(0, MOST / 10));
    this.await();
  }

  await() {
    if (this.isAwaited) return;
    this.isAwaited = true;
    // A hidden page has no frames of the screen.
    if (document.hidden) setTimeout(() => this.flush(), HIDDEN_MS);
    else requestAnimationFrame(() => this.flush());
  }

  /** One that was told has got a note, as a call that nobody answered. @param {Frame} frame */
  revise(frame) {
    const { key, note, text } = frame;
    if (!note) return;
    const known = [...this.waiting, ...this.frames, ...this.sought.values()].filter((each) => each.key === key);
    for (const each of known) Object.assign(each, { note, text });
    if (known.length === 0 && this.isFiltered && this.fits(frame)) this.sought.set(key, frame);
    this.mustChoose = true;
    this.await();
  }

  /** Those of before, which come once they are fetched. @param {any[]} records */
  addOlder(records) {
    const found = records.map((each) => read(each, this.run)).filter((frame) => !this.keys.has(frame.key));
    for (const frame of found) this.keys.add(frame.key);
    this.isFetched = true;
    this.last = Math.max(this.last, ...found.map((frame) => frame.number));
    const fresh = found.filter((frame) => !this.mustWait(frame));
    this.waiting = [...this.waiting, ...found.filter((frame) => this.mustWait(frame))].sort(byAge);
    this.frames = [...fresh, ...this.frames].sort(byAge);
    this.characters += length(fresh);
    this.note(fresh);
    this.trim();
    this.choose();
    this.revision.value += 1;
  }

  /** While it is paused nothing newer is shown, however it came here. @param {Frame} frame */
  mustWait(frame) {
    const last = this.frames.at(-1);
    return this.isPaused.peek() && last !== undefined && byAge(frame, last) > 0;
  }

  /** @param {Frame[]} frames */
  note(frames) {
    const known = new Set(this.actions.peek());
    for (const { action } of frames) if (action) known.add(action);
    if (known.size > this.actions.peek().length) this.actions.value = [...known].sort();
  }

  flush() {
    this.isAwaited = false;
    if (this.mustChoose) this.choose();
    if (!this.isPaused.peek()) this.show();
    this.revision.value += 1;
  }

  show() {
    const fresh = this.waiting;
    this.waiting = [];
    this.frames.push(...fresh);
    this.shown.push(...fresh.filter(this.fits));
    this.characters += length(fresh);
    this.note(fresh);
    this.trim();
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused.value = isPaused;
    if (!isPaused) this.flush();
  }

  trim() {
    let count = Math.max(0, this.frames.length - MOST);
    let characters = this.characters - length(this.frames.slice(0, count));
    for (; characters > MOST_CHARACTERS && count < this.frames.length - 1; count += 1)
      characters -= this.frames[count].text.length;
    if (count === 0) return;
    const gone = this.frames.splice(0, count);
    this.characters = characters;
    this.forget(gone);
    const fitting = gone.filter(this.fits);
    if (this.isFiltered) return this.addFound(fitting);
    this.shown.splice(0, fitting.length);
    this.shiftedRows += fitting.length;
  }

  /** Those that fit stay, though what is around them goes. @param {Frame[]} frames */
  addFound(frames) {
    for (const frame of frames) this.sought.set(frame.key, frame);
    if (this.sought.size > MOST * 1.1) {
      const kept = [...this.sought.values()].sort(byAge).slice(-MOST);
      this.shiftedRows += this.sought.size - kept.length;
      this.sought = new Map(kept.map((frame) => [frame.key, frame]));
    }
    this.choose();
  }

  /** @param {Frame[]} frames */
  forget(frames) {
    for (const frame of frames) this.keys.delete(frame.key);
    this.dropped += frames.length;
  }
}

/** @param {Frame[]} frames */
const length = (frames) => frames.reduce((sum, frame) => sum + frame.text.length, 0);

/** @param {Filter} filter @returns {(frame: Frame) => boolean} */
function predicate({ station = "", action = "", direction = "", kind = "", text = "" }) {
  const [where, what] = [station, action].map((each) => each.trim().toLowerCase());
  const kinds = kindsOf(kind);
  const says = saying(text);
  return (frame) =>
    (!where || (frame.station ?? "").toLowerCase().includes(where)) &&
    (!what || (frame.action ?? "").toLowerCase().includes(what)) &&
    (!direction || frame.direction === direction) &&
    isOf(frame, kinds) &&
    says(frame);
}
