// @ts-check
/** Where the module of a page did not come: the document is loaded again, once that can help. */
import { html, useEffect } from "../lib/html.js";
import { get } from "../lib/api.js";
import { link } from "../lib/state.js";
import { Notice } from "./page.js";

/** Since the document was loaded: one that was loaded again to no avail is not loaded forever. */
let wasAway = false;
link.subscribe((state) => {
  wasAway ||= state === "down";
});

export function NotLoaded() {
  useEffect(() => {
    if (wasAway && link.value === "up") loadAgain();
  }, [link.value]);
  return html`<${Notice} tone="bad" title="This page could not be loaded.">
    The connector did not answer. <button class="btn btn-small" type="button" onClick=${() => location.reload()}>Load again</button>
  </${Notice}>`;
}

/** A browser does not ask again for a module that failed; without an answer it would show its own page. */
async function loadAgain() {
  try {
    await get("stations", { limit: 1 });
    location.reload();
  } catch (_) {
    // It is away and nobody has noticed it yet: the link goes down, and comes up again.
  }
}
