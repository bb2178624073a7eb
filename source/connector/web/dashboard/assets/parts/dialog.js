// @ts-check
/** Dialogs on <dialog>: the browser holds the focus in them, and Escape closes. */
import { focusNear } from "../lib/focus.js";
import { html, signal, useEffect, useId, useRef } from "../lib/html.js";
import { Icon } from "./icons.js";

/**
 * Open while it is in the page.
 * @param {{title: any, onClose: () => void, mayClose?: () => Promise<boolean>, wide?: boolean,
 *   children?: any}} props mayClose: whether it may be left, by its key or its button
 */
export function Dialog({ title, onClose, mayClose, wide = false, children }) {
  const own = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    own.current?.showModal();
    return () => before instanceof HTMLElement && focusNear(before);
  }, []);
  const leave = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!mayClose || (await mayClose())) onClose();
  };
  return html`<dialog ref=${own} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${leave} onClose=${onClose}>
    <div class="card-head">
      <h2 id=${id}>${title}</h2>
      <button class="btn btn-quiet btn-icon" type="button" aria-label="Close" onClick=${leave}><${Icon} name="close" /></button>
    </div>
    ${children}
  </dialog>`;
}

/**
 * @typedef {{title: string, text?: any, action: string, isDanger?: boolean, instead?: string}} Question
 * instead: what can be done in place of the action, as a second button
 * @typedef {"action" | "instead" | null} Answer null: neither
 */

const asked = signal(/** @type {(Question & {answer: (chosen: Answer) => void}) | null} */ (null));

/** Asks, and gives what was chosen. @param {Question} question @returns {Promise<Answer>} */
export function choose(question) {
  asked.peek()?.answer(null);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (chosen) => {
        asked.value = null;
        resolve(chosen);
      },
    };
  });
}

/**
 * Asks, and gives whether it was confirmed: `if (await confirm({title, text, action})) ..`
 * @param {Question} question
 */
export const confirm = async (question) => (await choose(question)) === "action";

/** Where questions are asked; once, in the shell. */
export function ConfirmDialog() {
  const question = asked.value;
  if (!question) return null;
  const { title, text, action, isDanger, instead, answer } = question;
  const kind = isDanger ? "btn-danger" : instead ? "" : "btn-primary";
  return html`<${Dialog} title=${title} onClose=${() => answer(null)}>
    <div class="stack">
      <div>${text}</div>
      <div class="row end">
        <button class="btn" type="button" autofocus onClick=${() => answer(null)}>Cancel</button>
        <button class=${`btn ${kind}`} type="button" onClick=${() => answer("action")}>${action}</button>
        ${instead && html`<button class="btn btn-primary" type="button" onClick=${() => answer("instead")}>${instead}</button>`}
      </div>
    </div>
  </${Dialog}>`;
}
