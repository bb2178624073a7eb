// @ts-check
/** What was typed and is not saved: before its place is left, somebody is asked. */

/** @typedef {() => Promise<boolean>} Ask whether it may be lost */

/** @type {Set<Ask>} */
const unsaved = new Set();

/** Whether there is anything to lose. */
export const isUnsaved = () => unsaved.size > 0;

/** Have this asked; gives the function that ends it. @param {Ask} ask */
export function guard(ask) {
  unsaved.add(ask);
  window.addEventListener("beforeunload", warn);
  return () => {
    unsaved.delete(ask);
    if (!isUnsaved()) window.removeEventListener("beforeunload", warn);
  };
}

/** Whether all of it may be lost; it is no longer asked for then. */
export async function mayLeave() {
  for (const ask of unsaved) if (!(await ask())) return false;
  unsaved.clear();
  return true;
}

/** A page that is closed or loaded again can ask in the browser's words alone. @param {Event} event */
function warn(event) {
  if (isUnsaved()) event.preventDefault();
}
