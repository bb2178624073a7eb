// @ts-check
/** What a form of a command is made of. */
import { mainPlaces, partPlaces, speaks2 } from "../naming.js";

/**
 * @typedef {object} FieldSpec
 * @property {string} name
 * @property {string} label
 * @property {string} [type]
 * @property {string} [unit]
 * @property {string} [help]
 * @property {string} [placeholder]
 * @property {[string, string][] | ((view: any) => [string, string][])} [options]
 * @property {number} [rows]
 * @property {string | ((view: any) => string)} [initial]
 * @property {(view: any) => boolean} [only] for some stations
 *
 * @typedef {Record<string, string>} Texts by field
 *
 * @typedef {object} CommandSpec
 * @property {string} id of the form
 * @property {string} title
 * @property {string} text what it does, for people
 * @property {(view: any) => string[]} places where it can be given
 * @property {string} [place] chosen first; none: the first connector
 * @property {FieldSpec[]} fields
 * @property {(texts: Texts, view: any) => any} value throws a Misfit
 * @property {string} [command] where it is not the id
 * @property {(texts: Texts, view: any) => string} [commandOf] where it depends on the fields
 * @property {string} action on the button
 * @property {boolean} [isLimit] a large one is asked about
 * @property {(value: any) => any[]} [schedules] in the value, as charging_schedule has them: large limits in them are asked about
 * @property {(texts: Texts, view: any, place: string) => import("../../../parts/dialog.js").Question | undefined} [ask]
 * @property {(view: any) => boolean} [only] for some stations
 */

/** @type {Record<string, (view: any) => string[]>} */
export const PLACES = {
  station: () => ["0"],
  connectors: (view) => mainPlaces(view),
  any: (view) => ["0", ...mainPlaces(view)],
  parts: (view) => [...mainPlaces(view), ...partPlaces(view)],
  all: (view) => ["0", ...mainPlaces(view), ...partPlaces(view)],
  resettable: (view) => (speaks2(view) ? ["0", ...mainPlaces(view)] : ["0"]),
};
