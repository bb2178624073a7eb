// @ts-check
import { html } from "../lib/html.js";
import { PageHead } from "../parts/page.js";

export const title = () => "Messages";

export default function Page() {
  return html`<${PageHead} title="Messages" />`;
}
