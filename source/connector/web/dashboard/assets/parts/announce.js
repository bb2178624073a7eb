// @ts-check
/** Short messages: seen for some seconds, and said by screen readers. */
import { html, signal } from "../lib/html.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 7000;
const MOST = 4;

/** @type {import("@preact/signals").Signal<{id: number, text: string, tone: string}[]>} */
const toasts = signal([]);
const said = signal("");
let last = 0;

/** Says something to screen readers alone. @param {string} text */
export function announce(text) {
  said.value = "";
  requestAnimationFrame(() => {
    said.value = text;
  });
}

/**
 * Shows and says a message; "bad" ones stay until they are closed.
 * @param {string} text @param {"ok" | "bad" | "info"} [tone]
 */
export function toast(text, tone = "ok") {
  const id = (last += 1);
  toasts.value = [...toasts.value.slice(1 - MOST), { id, text, tone }];
  announce(text);
  if (tone !== "bad") setTimeout(() => close(id), SHOWN_MS);
}

/** @param {number} id */
function close(id) {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** Where they are shown; once, in the shell. */
export function Announcer() {
  return html`<div class="toasts">
      ${toasts.value.map(
        ({ id, text, tone }) => html`<div class=${`toast ${tone}`} key=${id}>
          <${Icon} name=${tone === "bad" ? "error" : tone === "ok" ? "ok" : "info"} />
          <span>${text}</span>
          <button class="btn btn-quiet btn-icon" type="button" aria-label="Close this message" onClick=${() => close(id)}>
            <${Icon} name="close" size=${16} />
          </button>
        </div>`,
      )}
    </div>
    <div class="visually-hidden" aria-live="polite" role="status">${said.value}</div>`;
}
