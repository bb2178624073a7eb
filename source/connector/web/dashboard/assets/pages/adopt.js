// @ts-check
import { html } from "../lib/html.js";
import { PageHead } from "../parts/page.js";

export const title = () => "Add a station";

export default function Page() {
  return html`<${PageHead} title="Add a station" />`;
}
