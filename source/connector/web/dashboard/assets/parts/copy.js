// @ts-check
import { html, useRef } from "../lib/html.js";
import { announce, toast } from "./announce.js";
import { Icon } from "./icons.js";

/** A text to take along, with a button that copies it. @param {{text: string, label?: string}} props */
export function CopyText({ text, label = "Copy" }) {
  const own = useRef(/** @type {HTMLElement | null} */ (null));
  async function copy() {
    try {
      // Not there where the page is not secure (http, another machine).
      await navigator.clipboard.writeText(text);
      toast("Copied");
    } catch (_) {
      select(own.current);
      announce("Selected: copy it with the keyboard");
    }
  }
  return html`<span class="copy">
    <code ref=${own}>${text}</code>
    <button class="btn btn-small" type="button" aria-label=${`${label}: ${text}`} onClick=${copy}><${Icon} name="copy" size=${16} />Copy</button>
  </span>`;
}

/** @param {HTMLElement | null} element */
function select(element) {
  if (!element) return;
  const chosen = getSelection();
  chosen?.selectAllChildren(element);
  if (document.execCommand("copy")) toast("Copied");
}
