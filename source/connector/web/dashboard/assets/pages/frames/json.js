// @ts-check
/** JSON with line breaks, every number and text exactly as it was on the wire. */

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const INDENT = "  ";

/** @param {string} text JSON, or anything else, which stays as it is */
export function pretty(text) {
  try {
    JSON.parse(text);
  } catch (_) {
    return text;
  }
  return laidOut(text.match(TOKENS) ?? []);
}

/** @param {string[]} tokens of valid JSON */
function laidOut(tokens) {
  const found = [];
  let depth = 0;
  const newLine = () => `\n${INDENT.repeat(depth)}`;
  for (const [at, token] of tokens.entries()) {
    const isEmpty = "}]".includes(tokens[at + 1] ?? " ");
    if (token === "{" || token === "[") {
      depth += 1;
      found.push(token, isEmpty ? "" : newLine());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      found.push("{[".includes(tokens[at - 1]) ? "" : newLine(), token);
    } else if (token === ",") found.push(token, newLine());
    else if (token === ":") found.push(": ");
    else found.push(token);
  }
  return found.join("");
}
