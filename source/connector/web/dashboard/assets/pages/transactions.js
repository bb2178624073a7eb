// @ts-check
/** Transactions: the list, or one of them. */
import { html } from "../lib/html.js";
import { List } from "./transactions/list.js";
import { One } from "./transactions/one.js";

/** @param {{key?: string}} params */
export const title = ({ key }) => (key ? "Transaction" : "Transactions");

/** @param {{params: {key?: string}, query: Record<string, string>}} props */
export default function Page({ params, query }) {
  return params.key ? html`<${One} id=${params.key} />` : html`<${List} query=${query} />`;
}
