// @ts-check
/** What is told of a transaction, wherever it is listed. */
import { words } from "../../lib/format.js";

/** Why it ended. @param {{reason: string | null}} item one that has ended */
export const why = ({ reason }) => (reason ? words(reason) : "nobody told why");
