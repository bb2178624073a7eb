// @ts-check
import { html } from "../../lib/html.js";
import { href } from "../../lib/router.js";

/** What a token has charged. @param {{id: string}} props */
export const TransactionsOf = ({ id }) =>
  html`<a class="btn btn-small btn-quiet" href=${href(["transactions"], { token: id })} aria-label=${`Transactions of ${id}`}>Transactions</a>`;
