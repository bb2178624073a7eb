// @ts-check
/** Which orders were given on this page, before it was loaded again, too. */
import { keep, kept } from "../../lib/tab.js";

const NAME = "given";
const MOST = 200;

/** @type {string[]} by correlation */
const given = kept(NAME, []);

/** @param {string} correlation */
export function noteOurs(correlation) {
  if (given.includes(correlation)) return;
  given.push(correlation);
  keep(NAME, given.slice(-MOST));
}

/** @param {string} correlation */
export const isOfThisPage = (correlation) => given.includes(correlation);
