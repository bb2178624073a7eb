// @ts-check
/** What this tab of the browser keeps over a reload of the page. */

/** @template T @param {string} name @param {T} otherwise @returns {T} */
export function kept(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null") ?? otherwise;
  } catch (_) {
    return otherwise; // A browser that keeps nothing.
  }
}

/** @param {string} name @param {unknown} value */
export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch (_) {
    // It holds until the page is closed.
  }
}
