// @ts-check
// The form works without this: it only says what went wrong.
const refused = document.getElementById("refused");
const field = document.getElementById("token");
if (refused && field && new URLSearchParams(location.search).has("refused")) {
  refused.textContent =
    "This token is not right. Look whether all of it was copied, and try again.";
  field.setAttribute("aria-invalid", "true");
}
