// @ts-check
// The form works without this: it only says what went wrong, and leads back to `/docs`.
const asked = new URLSearchParams(location.search);
const to = document.getElementById("to");
if (to instanceof HTMLInputElement) to.value = asked.get("to") ?? "";
const refused = document.getElementById("refused");
const field = document.getElementById("token");
if (refused && field && asked.has("refused")) {
  refused.textContent =
    "This token is not right. Look whether all of it was copied, and try again.";
  field.setAttribute("aria-invalid", "true");
}
