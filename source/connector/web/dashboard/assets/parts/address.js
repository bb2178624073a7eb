// @ts-check
/** What may stand in the URL that a charger is given: a host, and the name of a station. */

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const LABELS = /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;
const MOST_BYTES = 255;
// As the connector refuses them: OCPP-J, section 3.1.1, and what is no character.
const NO_IDENTITY = /[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef]|\p{Noncharacter_Code_Point}/u;

/** A URL would lead to another place. */
const NOWHERE = new Set(["", ".", ".."]);

export const IDENTITY_EXPECTED = "Expected: at most 255 bytes, without / and \\ and control characters, and not “.” or “..”.";

/** Whether a station can have that name. @param {string} text */
export const isIdentity = (text) =>
  !NOWHERE.has(text) && new TextEncoder().encode(text).length <= MOST_BYTES && !NO_IDENTITY.test(text);

/** All addresses, or everybody's, as a machine listens and calls: those of no machine. */
const NOBODYS = new Set(["0.0.0.0", "255.255.255.255", "[::]"]);

/** Whether it is the address of no machine at all. @param {string} host as `hostOf` gives it */
export const isNobodys = (host) => NOBODYS.has(host);

/**
 * The host in what somebody typed or pasted, as URLs have it: without scheme, port and
 * path, IPv6 in brackets; null: there is none.
 * @param {string} text
 */
export function hostOf(text) {
  const [place] = text.trim().replace(SCHEME, "").split(/[/?#]/, 1);
  const name = place.slice(place.lastIndexOf("@") + 1);
  const inner = /^\[([^\]]*)\](:\d*)?$/.exec(name)?.[1] ?? name;
  return inner.split(":").length > 2 ? version6(inner) : named(inner.replace(/:\d*$/, ""));
}

/** @param {string} text The zone, behind %, means something on one machine alone. */
function version6(text) {
  return parsed(`[${text.split("%", 1)[0]}]`);
}

/** @param {string} text */
function named(text) {
  const host = parsed(text);
  // Parts that are left out would be put in as 0.
  if (host && /^[\d.]+$/.test(host) && host !== text) return null;
  return host && LABELS.test(host) ? host : null;
}

/** Letters that hosts have not are written as they are asked for. @param {string} host */
function parsed(host) {
  try {
    return new URL(`ws://${host}/`).hostname || null;
  } catch (_) {
    return null;
  }
}
