// @ts-check
/**
 * The places of the page. A module is loaded when its place is first shown; it has
 * `default` (a component given {params, query}) and `title(params)`.
 */

/** @typedef {{default: (props: any) => any, title: (params: any) => string}} PageModule */
/** @typedef {{pattern: string[], load: () => Promise<PageModule>, nav?: string, icon?: string}} Place */

/** @type {Place[]} */
export const PLACES = [
  { pattern: [], load: () => import("./sites.js"), nav: "Stations", icon: "stations" },
  { pattern: ["adopt"], load: () => import("./adopt.js"), nav: "Add", icon: "add" },
  { pattern: ["transactions"], load: () => import("./transactions.js"), nav: "Transactions", icon: "transactions" },
  { pattern: ["tokens"], load: () => import("./tokens.js"), nav: "Tokens", icon: "tokens" },
  { pattern: ["frames"], load: () => import("./frames.js"), nav: "Messages", icon: "frames" },
  { pattern: ["connector"], load: () => import("./connector.js"), nav: "Connector", icon: "connector" },
  { pattern: ["stations", ":station"], load: () => import("./station/station.js") },
  { pattern: ["transactions", ":key"], load: () => import("./transactions.js") },
];

/**
 * The place that segments of the URL mean, with what its variables are; null: none.
 * @param {string[]} segments
 */
export function placeOf(segments) {
  for (const place of PLACES) {
    const params = match(place.pattern, segments);
    if (params) return { place, params };
  }
  return null;
}

/** @param {string[]} pattern @param {string[]} segments */
function match(pattern, segments) {
  if (pattern.length !== segments.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [at, part] of pattern.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = segments[at];
    else if (part !== segments[at]) return null;
  }
  return params;
}
