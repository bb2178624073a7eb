// @ts-check
/** Frames as a file: one JSON object in each line. */

import { original } from "./kinds.js";

const TYPE = "application/jsonl";

/** @param {import("./kinds.js").Frame[]} frames */
export function saveLines(frames) {
  const lines = frames.map((frame) => `${JSON.stringify(original(frame))}\n`);
  const where = URL.createObjectURL(new Blob(lines, { type: TYPE }));
  const link = document.createElement("a");
  link.href = where;
  link.download = `messages-${new Date().toISOString().replace(/[:.]/g, "")}.jsonl`;
  link.click();
  // The browser has begun with it by the next turn of its loop.
  setTimeout(() => URL.revokeObjectURL(where));
}
