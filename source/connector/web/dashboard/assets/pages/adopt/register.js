// @ts-check
/** A station that is expected: it is let in when it comes, with a password if one is set. */
import { html, useState } from "../../lib/html.js";
import { get, path, put } from "../../lib/api.js";
import { go } from "../../lib/router.js";
import { putStation, stationViews } from "../../lib/state.js";
import { IDENTITY_EXPECTED, isIdentity } from "../../parts/address.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { confirm } from "../../parts/dialog.js";
import { Field } from "../../parts/field.js";
import { ErrorNote } from "../../parts/page.js";

/** Where what is wrong with it is told. */
const FIELDS = new Set(["name", "password"]);
const EMPTY = { id: "", name: "", password: "" };

export function Register() {
  const [form, setForm] = useState(EMPTY);
  const [error, setError] = useState(/** @type {any} */ (null));
  const set = (name) => (text) => setForm({ ...form, [name]: text });
  const expected = (field) => error?.of?.(field) && `Expected ${error.of(field)}`;
  const isPlaced = error?.errors?.length > 0 && error.errors.every((/** @type {any} */ each) => FIELDS.has(each.field));
  async function register() {
    setError(null);
    const id = form.id.trim();
    if (!id) throw new Error("Type the name that the station connects with.");
    if (!isIdentity(id)) throw new Error(`This cannot be the name of a station. ${IDENTITY_EXPECTED}`);
    if (stationViews().has(id) && !(await replaces(id))) return;
    const members = { name: form.name.trim() || null, ...(form.password && { password: form.password }) };
    putStation(await put(path`stations/${id}`, members));
    toast(`${id} is registered`);
    setForm(EMPTY);
    go(["stations", id]);
  }
  return html`<form class="stack" onSubmit=${(event) => event.preventDefault()}>
    <div class="grid">
      <${Field} label="Name that it connects with (identity)" value=${form.id} onInput=${set("id")} maxlength="255" required />
      <${Field} label="Name for people" value=${form.name} onInput=${set("name")} placeholder="North wall" error=${expected("name")} />
      <${Field} label="Password" type="password" autocomplete="new-password" data-1p-ignore value=${form.password} onInput=${set("password")} error=${expected("password")} help="Empty: none is asked for. It is never shown again." />
    </div>
    ${!isPlaced && html`<${ErrorNote} error=${error} />`}
    <div class="row"><${ActionButton} kind="primary" run=${register} onError=${setError}>Register</${ActionButton}></div>
  </form>`;
}

/** @param {string} id */
async function replaces(id) {
  const { registration } = await get(path`stations/${id}`);
  return confirm({
    title: `${id} is known already`,
    text: `It is ${registration.toLowerCase()}. Registering it again lets it in, and replaces its options by these.`,
    action: "Replace",
    isDanger: true,
  });
}
