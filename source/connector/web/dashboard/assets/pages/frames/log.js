// @ts-check
/**
 * The frames that the page keeps: bounded, filtered, shown at most once per frame of the
 * screen, so that hundreds of them in a second are one repaint.
 */
import { signal } from "../../lib/html.js";
import { CHOICES } from "./kinds.js";

/** @typedef {import("./kinds.js").Frame} Frame */
/** @typedef {{station?: string, action?: string, direction?: string, kind?: string, text?: string}} Filter */

export const MOST = 5000;
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
    /** How many were let go since the page began to listen. */
    this.dropped = 0;
    /** How many of those were shown: by so many rows the list has moved up. */
    this.shiftedRows = 0;
    /** @type {Frame[]} not yet shown */
    this.waiting = [];
    this.characters = 0;
    this.isAwaited = false;
    this.ids = new Set();
    /** @type {(frame: Frame) => boolean} */
    this.fits = () => true;
  }

  /** @param {Filter} filter */
  filter(filter) {
    this.fits = predicate(filter);
    this.shown = this.frames.filter(this.fits);
    this.shiftedRows = 0;
    this.revision.value += 1;
  }

  /** One that has come now. @param {Frame} frame */
  take(frame) {
    if (this.ids.has(frame.id)) return;
    this.ids.add(frame.id);
    this.waiting.push(frame);
    if (this.waiting.length > MOST) this.forget(this.waiting.splice(0, MOST / 10));
    if (this.isAwaited) return;
    this.isAwaited = true;
    // A hidden page has no frames of the screen.
    if (document.hidden) setTimeout(() => this.flush(), HIDDEN_MS);
    else requestAnimationFrame(() => this.flush());
  }

  /** Those of before, which come once they are fetched. @param {Frame[]} frames */
  addOlder(frames) {
    const fresh = frames.filter((frame) => !this.ids.has(frame.id));
    for (const frame of fresh) this.ids.add(frame.id);
    const all = [...fresh, ...this.frames];
    // Where some were missed in between; the sort is stable, so equal times stay in order.
    if (this.frames.length > 0) all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    this.frames = all;
    this.characters += length(fresh);
    this.trim();
    this.shown = this.frames.filter(this.fits);
    this.revision.value += 1;
  }

  flush() {
    this.isAwaited = false;
    if (!this.isPaused.peek()) this.show();
    this.revision.value += 1;
  }

  show() {
    const fresh = this.waiting;
    this.waiting = [];
    this.frames.push(...fresh);
    this.shown.push(...fresh.filter(this.fits));
    this.characters += length(fresh);
    this.trim();
  }

  /** @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused.value = isPaused;
    if (!isPaused) this.flush();
  }

  /** Shows nothing of what was until now. */
  clear() {
    this.frames = [];
    this.shown = [];
    this.waiting = [];
    this.characters = 0;
    this.ids.clear();
    this.revision.value += 1;
  }

  trim() {
    let count = Math.max(0, this.frames.length - MOST);
    let characters = this.characters - length(this.frames.slice(0, count));
    for (; characters > MOST_CHARACTERS && count < this.frames.length - 1; count += 1)
      characters -= this.frames[count].text.length;
    if (count === 0) return;
    const gone = this.frames.splice(0, count);
    this.characters = characters;
    const rows = gone.filter(this.fits).length;
    this.shown.splice(0, rows);
    this.shiftedRows += rows;
    this.forget(gone);
  }

  /** @param {Frame[]} frames */
  forget(frames) {
    for (const frame of frames) this.ids.delete(frame.id);
    this.dropped += frames.length;
  }
}

/** @param {Frame[]} frames */
const length = (frames) => frames.reduce((sum, frame) => sum + frame.text.length, 0);

/** @param {Filter} filter @returns {(frame: Frame) => boolean} */
function predicate({ station = "", action = "", direction = "", kind = "", text = "" }) {
  const [where, what, sought] = [station, action, text].map((each) => each.trim().toLowerCase());
  const [, , isKind] = CHOICES.find(([name]) => name === kind) ?? CHOICES[0];
  return (frame) =>
    frame.station.toLowerCase().includes(where) &&
    (!what || (frame.action ?? "").toLowerCase().includes(what)) &&
    (!direction || frame.direction === direction) &&
    isKind(frame) &&
    (!sought || frame.text.toLowerCase().includes(sought));
}
