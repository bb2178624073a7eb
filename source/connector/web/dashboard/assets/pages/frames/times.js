// @ts-check
/** Times of frames: to the millisecond, in the reader's zone. */

const OF_DAY = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** @param {string} time */
export function timeOfDay(time) {
  const found = new Date(time);
  return Number.isNaN(found.getTime()) ? time : OF_DAY.format(found);
}

/** @param {string} time */
export function wholeTime(time) {
  const found = new Date(time);
  return Number.isNaN(found.getTime()) ? time : `${WHOLE.format(found)}, ${OF_DAY.format(found)}`;
}
