// @ts-check
/** Texts of frames as they are shown, and as they are looked for. */

/** What does not print but turns or hides what stands beside it; lines and tabs are seen. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** @param {string} character */
const escaped = (character) => Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/** A text with nothing unseen in it: as JSON may have it, too. @param {string} text */
export const legible = (text) => text.replace(UNSEEN, escaped);

const SPACES = /[ \t\n\r\f\v]+/g;

/** To compare: a frame is shown in lines, and people write spaces. @param {string} text */
const compact = (text) => text.replace(SPACES, "").toLowerCase();

/**
 * Whether a text is in a frame as the page shows it; the connector looks for it in the same way.
 * @param {string} text @returns {(frame: import("./kinds.js").Frame) => boolean}
 */
export function saying(text) {
  const sought = compact(text);
  if (!sought) return () => true;
  const mayBeEscaped = sought.includes("\\u");
  return (frame) => {
    const shown = compact(frame.text);
    return shown.includes(sought) || (mayBeEscaped && compact(legible(shown)).includes(sought));
  };
}
