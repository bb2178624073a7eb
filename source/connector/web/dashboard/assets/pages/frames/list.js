// @ts-check
/** The rows: only those in sight are in the page. It follows the newest while at the end. */
import { milliseconds } from "../../lib/format.js";
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../../lib/html.js";
import { Badge } from "../../parts/status.js";
import { gist, shownAs, way } from "./kinds.js";
import { legible } from "./texts.js";
import { timeOfDay, wholeTime } from "./times.js";

/** @typedef {import("./kinds.js").Frame} Frame */

const BEYOND = 8;
const PREVIEW = 240;
const ARROWS = { in: "←", out: "→" };

/**
 * @param {{log: import("./log.js").Log, activeKey: string | null, onActive: (key: string) => void,
 *   onOpen: (frame: Frame) => void}} props
 */
export function FrameList({ log, activeKey, onActive, onOpen }) {
  log.revision.value; // Read: new frames are shown.
  const rows = log.shown;
  const id = useId();
  const { own, height, range, isFollowing, follow, look } = useWindow(log);
  const active = rows.findLastIndex((frame) => frame.key === activeKey);
  const [first, last] = [Math.min(range[0], rows.length), Math.min(range[1], rows.length)];

  const move = (to) => {
    const at = Math.min(Math.max(to, 0), rows.length - 1);
    if (at < 0) return;
    onActive(rows[at].key);
  };
  useLayoutEffect(() => {
    if (active < 0) return;
    show(own.current, active, height);
    look();
  }, [activeKey]);
  const keys = keyMap(move, active, rows, Math.max(1, last - first - 2 * BEYOND), onOpen);
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };
  const isActiveThere = active >= first && active < last;
  return html`<div class="frame-place">
    <div class="frame-row frame-head" aria-hidden="true">
      <span>Time</span><span>Way</span><span>Station</span><span>Kind</span><span>Action</span><span class="num">Took</span><span>Text</span>
    </div>
    <div class="frame-list" ref=${own} role="listbox" tabindex="0" aria-label="Messages, the newest last" aria-describedby=${`${id}-keys`}
      aria-activedescendant=${isActiveThere ? `${id}-${active}` : undefined} onKeyDown=${press}>
      <div role="presentation" style=${{ paddingTop: `${first * height}px`, paddingBottom: `${(rows.length - last) * height}px` }}>
        ${rows.slice(first, last).map((frame, at) => {
          const place = first + at;
          return html`<${Row} key=${frame.key} frame=${frame} id=${`${id}-${place}`} isActive=${place === active}
            place=${place + 1} count=${rows.length} onActive=${onActive} onOpen=${onOpen} />`;
        })}
      </div>
    </div>
    ${!isFollowing && rows.length > 0 && html`<button class="btn btn-small to-newest" type="button" onClick=${follow}>To the newest</button>`}
  </div>
  <p class="frame-keys muted small" id=${`${id}-keys`}>In the list: <kbd>j</kbd> <kbd>k</kbd> or arrows: next, previous · <kbd>Enter</kbd>: open · <kbd>Esc</kbd>: close</p>`;
}

/** @param {any} props */
function Row({ frame, id, isActive, place, count, onActive, onOpen }) {
  const { tone, shape, text } = shownAs(frame);
  const open = () => {
    onActive(frame.key);
    onOpen(frame);
  };
  return html`<div class=${`frame-row ${tone === "bad" ? "is-bad" : ""}`} role="option" id=${id} aria-selected=${isActive}
    aria-posinset=${place} aria-setsize=${count} onClick=${open}>
    <span class="f-time num" title=${wholeTime(frame.time)}>${timeOfDay(frame.time)}</span>
    <span class="f-way">${frame.direction && html`<span aria-hidden="true">${ARROWS[frame.direction]}</span> ${way(frame).split(" ")[0]}`}</span>
    <span class="f-station ellipsis" title=${frame.station}>${frame.station ?? "unknown"}</span>
    <span class="f-kind"><${Badge} tone=${tone} shape=${shape}>${text}</${Badge}></span>
    <span class="f-action ellipsis" title=${frame.action}>${frame.action ?? ""}</span>
    <span class="f-took num">${typeof frame.latency_ms === "number" ? milliseconds(frame.latency_ms) : ""}</span>
    <span class="f-text mono ellipsis">${legible(gist(frame).slice(0, PREVIEW))}</span>
  </div>`;
}

/**
 * What each key does. @param {(to: number) => void} move @param {number} active
 * @param {Frame[]} rows @param {number} page @param {(frame: Frame) => void} onOpen
 */
function keyMap(move, active, rows, page, onOpen) {
  const at = active < 0 ? rows.length : active;
  const down = () => move(active < 0 ? rows.length - 1 : at + 1);
  const up = () => move(at - 1);
  const open = () => rows[active] && onOpen(rows[active]);
  /** @type {Record<string, () => void>} */
  const found = { ArrowDown: down, j: down, ArrowUp: up, k: up, Enter: open, " ": open };
  return Object.assign(found, {
    Home: () => move(0),
    End: () => move(rows.length - 1),
    PageDown: () => move(at + page),
    PageUp: () => move(at - page),
  });
}

/** @param {HTMLElement | null} element @param {number} at @param {number} height */
function show(element, at, height) {
  if (!element) return;
  const top = at * height;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
}

/** Which rows are in sight. @param {import("./log.js").Log} log */
function useWindow(log) {
  const own = useRef(/** @type {HTMLDivElement | null} */ (null));
  const shifted = useRef(log.shiftedRows);
  const atEnd = useRef(true);
  const [range, setRange] = useState([0, 40]);
  const [isFollowing, setFollowing] = useState(true);
  const [height, setHeight] = useState(34);
  const look = () => {
    const element = own.current;
    if (!element) return;
    const tall = Number.parseFloat(getComputedStyle(element).getPropertyValue("--frame-row")) || 34;
    const first = Math.max(0, Math.floor(element.scrollTop / tall) - BEYOND);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / tall) + BEYOND;
    atEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - tall;
    setHeight(tall);
    setFollowing(atEnd.current);
    setRange((was) => (was[0] === first && was[1] === last ? was : [first, last]));
  };
  useEffect(() => {
    const element = own.current;
    if (!element) return undefined;
    element.addEventListener("scroll", look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    const element = own.current;
    if (!element) return;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else element.scrollTop -= (log.shiftedRows - shifted.current) * height;
    shifted.current = log.shiftedRows;
    look();
  }, [log.revision.value, height]);
  const follow = () => {
    if (own.current) own.current.scrollTop = own.current.scrollHeight;
    own.current?.focus();
  };
  return { own, height, range, isFollowing, follow, look };
}
