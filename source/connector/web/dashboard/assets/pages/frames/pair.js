// @ts-check
/** One call with its answer, side by side. */
import { get } from "../../lib/api.js";
import { milliseconds, number } from "../../lib/format.js";
import { html, useEffect, useRef, useSignal } from "../../lib/html.js";
import { href } from "../../lib/router.js";
import { announce, toast } from "../../parts/announce.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icons.js";
import { Notice } from "../../parts/page.js";
import { Badge } from "../../parts/status.js";
import { useStepKeys } from "./keys.js";
import { asks, partnerOf, shownAs, way } from "./kinds.js";
import { legible } from "./texts.js";
import { wholeTime } from "./times.js";

/** @typedef {import("./kinds.js").Frame} Frame */

/** How many are looked through for the other half of one that was sought. */
const AROUND = 200;
/** A browser needs seconds to break a million characters into lines. */
const AT_ONCE = 20_000;

/**
 * @param {{log: import("./log.js").Log, frame: Frame, onClose: () => void,
 *   steps: import("./steps.js").Steps}} props steps: to the rows before and after
 */
export function Pair({ log, frame, onClose, steps }) {
  log.revision.value; // Read: an answer that comes is shown.
  const other = partnerOf(log.all, frame);
  useEffect(() => {
    if (other || !frame.id || !frame.station || !log.sought.has(frame.key)) return undefined;
    const ended = new AbortController();
    const query = { station: frame.station, text: frame.id, limit: AROUND };
    // Where nobody answers it is as if it were no longer there; the page tells that anyway.
    get("messages", query, { signal: ended.signal }).then(({ items }) => log.addSought(items), () => undefined);
    return () => ended.abort();
  }, [frame.key]);
  const [left, right] = asks(frame) || !other ? [frame, other] : [other, frame];
  const own = useRef(/** @type {HTMLDivElement | null} */ (null));
  useStepKeys(own, steps.go);
  const latencyMs = [frame, other].find((each) => typeof each?.latency_ms === "number")?.latency_ms;
  return html`<${Dialog} title=${frame.action ?? shownAs(frame).text} wide=${true} onClose=${onClose}>
    <div class="stack" ref=${own}>
      <div class="row between">
        <p>${frame.station ? html`<a href=${href(["stations", frame.station])} class="wrap">${frame.station}</a>` : "Nobody knows who it was"}
          ${typeof latencyMs === "number" && html` <span class="muted num">answered in ${milliseconds(latencyMs)}</span>`}</p>
        <div class="row">
          <${Step} by=${-1} isThere=${Boolean(steps.to(-1))} onStep=${steps.go} />
          <${Step} by=${1} isThere=${Boolean(steps.to(1))} onStep=${steps.go} />
        </div>
      </div>
      <div class="pair">
        <${One} frame=${left} />
        ${right ? html`<${One} frame=${right} />` : html`<${Missing} frame=${frame} />`}
      </div>
      <p class="frame-keys muted small"><kbd>j</kbd> <kbd>k</kbd> or arrows: next, previous · <kbd>Esc</kbd>: close</p>
    </div>
  </${Dialog}>`;
}

/** Where there is none it stays, so that the focus has its place. @param {{by: 1 | -1, isThere: boolean, onStep: (by: 1 | -1) => void}} props */
function Step({ by, isThere, onStep }) {
  const [key, icon, text] = by > 0 ? ["j", "down", "Next"] : ["k", "up", "Previous"];
  return html`<button class="btn btn-small" type="button" aria-keyshortcuts=${key} aria-disabled=${isThere ? undefined : "true"}
    onClick=${() => onStep(by)}><${Icon} name=${icon} size=${16} />${text}</button>`;
}

/** @param {{frame: Frame}} props */
function One({ frame }) {
  const own = useRef(/** @type {HTMLPreElement | null} */ (null));
  const { tone, shape, text } = shownAs(frame);
  const { frame: said } = frame;
  const shown = typeof said === "string" ? said : JSON.stringify(said, null, 2);
  const whole = useSignal("");
  const showWhole = () => (whole.value = frame.key);
  const isCut = said !== null && shown.length > AT_ONCE && whole.value !== frame.key;
  useEffect(() => own.current?.scrollTo(0, 0), [frame.key]);
  return html`<section class="stack tight" aria-label=${`${text} ${way(frame)}`}>
    <div class="row between">
      <h3><${Badge} tone=${tone} shape=${shape}>${text}</${Badge}> ${way(frame)}</h3>
      ${said !== null && html`<button class="btn btn-small" type="button" aria-label=${`Copy this ${text.toLowerCase()}`} onClick=${() => copy(shown, own.current, showWhole)}><${Icon} name="copy" size=${16} />Copy</button>`}
    </div>
    <p class="muted small">${wholeTime(frame.time)}${frame.id && html`, id <code>${frame.id}</code>`}</p>
    ${frame.note && html`<${Notice} tone=${tone === "bad" ? "warn" : "info"}>${frame.note}</${Notice}>`}
    ${said !== null && html`<pre class="frame-text" ref=${own} tabindex="0" aria-label=${`Text of the ${text.toLowerCase()}`}>${legible(isCut ? shown.slice(0, AT_ONCE) : shown)}</pre>`}
    ${isCut && html`<p class="muted small">These are the first ${number(AT_ONCE)} of ${number(shown.length)} characters. <button class="btn btn-small" type="button" onClick=${showWhole}>Show all of it</button></p>`}
  </section>`;
}

/** Why there is no other half. @param {{frame: Frame}} props */
function Missing({ frame }) {
  const text = {
    CALL: frame.note ? "There is no answer in the log." : "There is no answer in the log: none has come yet, or it is no longer there.",
    CALLRESULT: "Its call is no longer in the log.",
    CALLERROR: "Its call is not in the log: it is too old, or the message was none that could be told by its id.",
    SEND: "A SEND is not answered.",
    CALLRESULTERROR: "It tells of an answer that could not be used.",
    MALFORMED: "It is no message of OCPP: nothing was done with it.",
  }[frame.kind];
  return text && html`<p class="muted pair-missing">${text}</p>`;
}

/** @param {string} text @param {HTMLElement | null} element @param {() => void} showWhole what is not there cannot be selected */
async function copy(text, element, showWhole) {
  try {
    // Not there where the page is not secure (http, another machine).
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch (_) {
    showWhole();
    requestAnimationFrame(() => element && getSelection()?.selectAllChildren(element));
    announce("Selected: copy it with the keyboard");
  }
}
