// @ts-check
/** Asks for the token again, over the page as it is: nothing of it is lost. */
import { html, useState } from "../lib/html.js";
import { logIn } from "../lib/api.js";
import { toast } from "./announce.js";
import { Field } from "./field.js";

export function LogInAgain() {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [isRunning, setRunning] = useState(false);
  async function send(event) {
    event.preventDefault();
    if (isRunning) return;
    if (!token.trim()) return setError("Type or paste the token.");
    setRunning(true);
    setError("");
    try {
      await logIn(token);
      toast("Logged in again");
    } catch (problem) {
      setError(problem.status === 401 ? "This token is not right. Look whether all of it was copied." : problem.message);
    } finally {
      setRunning(false);
    }
  }
  return html`<${AlwaysOpen} labelledby="log-in-again">
    <form class="stack" onSubmit=${send}>
      <input type="text" name="username" autocomplete="username" value="ocpp-connector" hidden />
      <h2 id="log-in-again">Log in again</h2>
      <p>The connector no longer knows this browser: its API token was changed, or you have logged out in another tab. The page stays as it is.</p>
      <${Field} label="API token" type="password" value=${token} onInput=${setToken} error=${error} autocomplete="current-password" autofocus maxlength="4096" />
      <div class="row end"><button class="btn btn-primary" type="submit" aria-busy=${isRunning}>Log in</button></div>
    </form>
  </${AlwaysOpen}>`;
}

/** A dialog that Escape does not close: without the token nothing goes on. @param {any} props */
function AlwaysOpen({ labelledby, children }) {
  return html`<dialog ref=${open} aria-labelledby=${labelledby} onCancel=${stay}>${children}</dialog>`;
}

/** @param {HTMLDialogElement | null} element */
function open(element) {
  if (element && !element.open) element.showModal();
}

/** @param {Event} event */
const stay = (event) => event.preventDefault();
