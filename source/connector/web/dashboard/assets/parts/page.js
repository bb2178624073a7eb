// @ts-check
/** What every page is made of. */
import { html } from "../lib/html.js";
import { Icon } from "./icons.js";

/**
 * The heading of a page; `children` are its actions, at the right.
 * @param {{title: any, sub?: any, back?: {href: string, text: string, onClick?: () => void}, children?: any}} props
 */
export function PageHead({ title, sub, back, children }) {
  return html`<header class="page-head">
    <div>
      ${back && html`<a class="back" href=${back.href} onClick=${back.onClick}><${Icon} name="back" size=${16} />${back.text}</a>`}
      <h1 tabindex="-1">${title}</h1>
      ${sub && html`<p class="muted">${sub}</p>`}
    </div>
    <div class="row actions">${children}</div>
  </header>`;
}

/**
 * A part of a page with a heading. @param {{title: any, aside?: any, id?: string, flush?: boolean, children?: any}} props
 */
export function Section({ title, aside, id, flush = false, children }) {
  return html`<section class=${flush ? "card flush" : "card"} id=${id} aria-label=${typeof title === "string" ? title : undefined}>
    <div class="card-head"><h2>${title}</h2><div class="row">${aside}</div></div>
    ${children}
  </section>`;
}

/**
 * A message in the page. @param {{tone?: "info" | "ok" | "warn" | "bad", title?: any, children?: any}} props
 */
export function Notice({ tone = "info", title, children }) {
  const icon = { info: "info", ok: "ok", warn: "warning", bad: "error" }[tone];
  return html`<div class=${`notice ${tone}`} role=${tone === "bad" ? "alert" : undefined}>
    <${Icon} name=${icon} />
    <div>${title && html`<strong>${title}</strong>`}<div>${children}</div></div>
  </div>`;
}

/**
 * What went wrong, and a way to try again. @param {{error: any, retry?: () => void}} props
 */
export function ErrorNote({ error, retry }) {
  if (!error) return null;
  return html`<${Notice} tone="bad">
    ${error.message}${retry && html` <button class="btn btn-small" type="button" onClick=${retry}>Try again</button>`}
  </${Notice}>`;
}

/** @param {{text?: string}} props */
export const Loading = ({ text = "Loading…" }) => html`<p class="loading muted" role="status">${text}</p>`;

/**
 * Where there is nothing: what it would be, and what to do. @param {{icon?: string, title: any, children?: any}} props
 */
export function Empty({ icon = "info", title, children }) {
  return html`<div class="empty">
    <${Icon} name=${icon} size=${32} />
    <p><strong>${title}</strong></p>
    <div class="muted">${children}</div>
  </div>`;
}
