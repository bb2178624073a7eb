// @ts-check
/** Keys of datapoints: `<station>__<where>__<name>[__<location>][__<phase>][__<suffix>]`. */

const UNSAFE =
  /[%+#/\x00-\x1f\x7f-\x9f]|^_|_$|_(?=_)|(?<=_)_|[\ufdd0-\ufdef\ufffe\uffff]/g;

/** @param {string} part one part of a key, as it stands in it */
function escaped(part) {
  if (part === "." || part === "..") return part.replaceAll(".", "%2E");
  return part.replace(UNSAFE, (found) =>
    Array.from(new TextEncoder().encode(found), (byte) =>
      `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""),
  );
}

/**
 * keyOf("CP-7", "1", "Power.Active.Import", "L1") -> "CP-7__1__Power.Active.Import__L1"
 * @param {string} station @param {string} where @param {string} name @param {...string} rest
 */
export const keyOf = (station, where, name, ...rest) =>
  [escaped(station), where, escaped(name), ...rest].join("__");

/**
 * The parts of a key, or null where it is none.
 * @param {string} key
 * @returns {{station: string, where: string, name: string, rest: string[]} | null}
 */
export function partsOf(key) {
  const [station, where, name, ...rest] = key.split("__");
  if (!station || where === undefined || !name) return null;
  try {
    return { station: decodeURIComponent(station), where, name: decodeURIComponent(name), rest };
  } catch (_) {
    return null; // Half a character, which no URL can carry either.
  }
}
