// @ts-check
/** Server-sent events, opened again and again until they are closed. */
import { get, isLetIn, url } from "./api.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5_000;
const SILENCE_MS = 20_000;
const PROBE_TIMEOUT_MS = 5000;
/** Who only looks at another tab for a moment misses nothing. */
const HIDDEN_MS = 5000;

/**
 * Listens until the function that it gives is called; not while the page is hidden, since a
 * browser has few connections to one place, and six tabs would have all of them.
 *
 * @param {object} wanted
 * @param {string[]} wanted.types of station, datapoint, message, outcome, transaction
 * @param {string[]} [wanted.stations] none: of all
 * @param {string[]} [wanted.names] only datapoints that are called so; none: all
 * @param {(type: string, data: any) => void} wanted.onEvent
 * @param {(hello: {version: string, started: string, now: string}) => void} [wanted.onUp]
 *   each time the stream begins: what was missed meanwhile has to be fetched
 * @param {() => void} [wanted.onDown] each time it is lost
 * @returns {() => void} ends it
 */
export function listen(wanted) {
  const stream = new Stream(wanted);
  stream.open();
  return () => stream.close();
}

class Stream {
  /** @param {Parameters<typeof listen>[0]} wanted */
  constructor(wanted) {
    this.wanted = wanted;
    this.waitMs = FIRST_WAIT_MS;
    /** @type {EventSource | null} */
    this.source = null;
    this.isClosed = false;
    this.isPaused = document.hidden;
    this.heardMs = 0;
    this.watch = setInterval(() => this.probe(), SILENCE_MS / 2);
    // Whoever comes back to the page, or to the network, does not wait any longer.
    this.again = () => this.source === null && this.open();
    window.addEventListener("online", this.again);
    this.turn = () => this.seen();
    document.addEventListener("visibilitychange", this.turn);
    this.unwatch = isLetIn.subscribe((isIn) => {
      if (isIn) this.again();
      else if (this.source) this.leave();
    });
  }

  open() {
    clearTimeout(this.timer);
    if (this.isClosed || this.source || this.isPaused || !isLetIn.peek()) return;
    const { types, stations, names } = this.wanted;
    const query = { types: types.join(","), station: stations, name: names };
    const source = new EventSource(url("events", query));
    this.source = source;
    this.heardMs = Date.now();
    source.addEventListener("hello", (event) => this.up(event));
    for (const type of types) source.addEventListener(type, (event) => this.take(type, event));
    source.onerror = () => this.lose();
  }

  /** The page was hidden, or is seen again. */
  seen() {
    clearTimeout(this.leaving);
    if (document.hidden) {
      this.leaving = setTimeout(() => this.pause(), HIDDEN_MS);
    } else {
      this.isPaused = false;
      this.again();
    }
  }

  /** Without a word to the page: nobody sees it. */
  pause() {
    this.isPaused = true;
    this.end();
  }

  /** It begins again once somebody is let in. */
  leave() {
    this.end();
    this.wanted.onDown?.();
  }

  end() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** @param {MessageEvent} event */
  up(event) {
    this.heardMs = Date.now();
    this.waitMs = FIRST_WAIT_MS;
    this.wanted.onUp?.(JSON.parse(event.data));
  }

  /** @param {string} type @param {MessageEvent} event */
  take(type, event) {
    this.heardMs = Date.now();
    this.wanted.onEvent(type, JSON.parse(event.data));
  }

  /** A browser would try again by itself, but not after every failure, nor ask why. */
  async lose() {
    this.source?.close();
    this.source = null;
    if (this.isClosed) return;
    this.wanted.onDown?.();
    this.timer = setTimeout(() => this.retry(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }

  /** An EventSource does not tell a wrong token from a dead connector: an ordinary request does. */
  async retry() {
    if (this.isClosed || this.source || this.isPaused) return;
    try {
      await get("stations", { limit: 1 }, { timeoutMs: PROBE_TIMEOUT_MS });
    } catch (problem) {
      if (isLetIn.peek()) this.lose();
      return;
    }
    this.open();
  }

  /** Comments that keep the stream alive are not told to pages: after silence, ask. */
  async probe() {
    if (!this.source || Date.now() - this.heardMs < SILENCE_MS) return;
    const asked = this.source;
    try {
      await get("stations", { limit: 1 }, { timeoutMs: PROBE_TIMEOUT_MS });
      this.heardMs = Date.now();
    } catch (_) {
      if (this.source === asked) this.lose();
    }
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    clearTimeout(this.leaving);
    window.removeEventListener("online", this.again);
    document.removeEventListener("visibilitychange", this.turn);
    this.unwatch();
    this.source?.close();
    this.source = null;
  }
}
