// @ts-check
/** The page: its shell, and which module shows which place. */
import { keepFocus } from "./lib/focus.js";
import { html, render } from "./lib/html.js";
import { start } from "./lib/state.js";
import { Shell } from "./parts/shell.js";

const root = document.getElementById("app");
if (root) {
  render(html`<${Shell} />`, root);
  keepFocus();
  start();
}
