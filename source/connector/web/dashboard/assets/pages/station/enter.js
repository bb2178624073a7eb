// @ts-check

/**
 * Enter in a field does what the main button of its form does. A form would send by itself
 * only where it has one field, or a button of its own that could be pressed twice.
 * @param {KeyboardEvent} event
 */
export function sendOnEnter(event) {
  if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const form = /** @type {HTMLElement} */ (event.currentTarget);
  form.querySelector("button.btn-primary, button.btn-danger")?.click();
}
