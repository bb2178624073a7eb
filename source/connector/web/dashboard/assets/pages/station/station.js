// @ts-check
import { html } from "../../lib/html.js";
import { PageHead } from "../../parts/page.js";

/** @param {{station: string}} params */
export const title = (params) => params.station;

/** @param {{params: {station: string}, query: Record<string, string>}} props */
export default function Page({ params }) {
  return html`<${PageHead} title=${params.station} />`;
}
