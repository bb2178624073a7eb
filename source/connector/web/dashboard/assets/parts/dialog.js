// @ts-check
/** Dialogs on <dialog>: the browser holds the focus in them, and Escape closes. */
import { focusNear } from "../lib/focus.js";
import { html, signal, useEffect, useId, useLayoutEffect, useRef } from "../lib/html.js";
import { route } from "../lib/router.js";
import { guard } from "../lib/unsaved.js";
import { Icon } from "./icons.js";
import { LongText } from "./long.js";

/** @type {Question} */
const UNSAVED = { title: "Leave without saving?", text: "What you have typed is lost.", action: "Leave", isDanger: true };

/**
 * Open while it is in the page.
 * @param {{title: any, onClose: () => void, isUnsaved?: boolean, wide?: boolean,
 *   children?: any}} props isUnsaved: it is not left without a question
 */
export function Dialog({ title, onClose, isUnsaved = false, wide = false, children }) {
  const own = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    own.current?.showModal();
    return () => before instanceof HTMLElement && focusNear(before);
  }, []);
  useLayoutEffect(() => {
    if (!isUnsaved) return undefined;
    const release = guard(() => confirm(UNSAVED));
    return () => {
      release();
      withdraw(UNSAVED);
    };
  }, [isUnsaved]);
  const leave = async () => {
    if (!isUnsaved || (await confirm(UNSAVED))) onClose();
  };
  const cancel = (/** @type {Event} */ event) => {
    // One that cannot be held is closed by the browser, and opened again.
    if (!event.cancelable) return;
    event.preventDefault();
    leave();
  };
  const closed = () => {
    if (isUnsaved) own.current?.showModal();
    leave();
  };
  return html`<dialog ref=${own} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${cancel} onClose=${closed}>
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

const asked = signal(/** @type {{question: Question, answer: (chosen: Answer) => void} | null} */ (null));

/** Nobody is there any more who wants its answer. @param {Question} question */
function withdraw(question) {
  if (asked.peek()?.question === question) asked.peek()?.answer(null);
}

/** Asks, and gives what was chosen. @param {Question} question @returns {Promise<Answer>} */
export function choose(question) {
  asked.peek()?.answer(null);
  return new Promise((resolve) => {
    asked.value = {
      question,
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
  const place = route.value.segments.join("/");
  // What it was asked for is not there any more.
  useEffect(() => () => asked.peek()?.answer(null), [place]);
  if (!asked.value) return null;
  const { question, answer } = asked.value;
  const { title, text, action, isDanger, instead } = question;
  const kind = isDanger ? "btn-danger" : instead ? "" : "btn-primary";
  return html`<${Dialog} title=${title} onClose=${() => answer(null)}>
    <div class="stack">
      <div>${typeof text === "string" ? html`<${LongText} key=${text} text=${text} />` : text}</div>
      <div class="row end">
        <button class="btn" type="button" autofocus onClick=${() => answer(null)}>Cancel</button>
        <button class=${`btn ${kind}`} type="button" onClick=${() => answer("action")}>${action}</button>
        ${instead && html`<button class="btn btn-primary" type="button" onClick=${() => answer("instead")}>${instead}</button>`}
      </div>
    </div>
  </${Dialog}>`;
}
