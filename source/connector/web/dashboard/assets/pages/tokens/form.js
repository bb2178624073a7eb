// @ts-check
/** A token as it is registered: new, or changed. */
import { html, useSignal } from "../../lib/html.js";
import { all, ApiError, path, put } from "../../lib/api.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";
import { confirm, Dialog } from "../../parts/dialog.js";
import { Field } from "../../parts/field.js";
import { ErrorNote } from "../../parts/page.js";
import { local } from "../transactions/query.js";
import { STATUSES, TYPES } from "./words.js";

const EMPTY = { id: "", type: "any", status: "Accepted", expiry: "", group: "", note: "", language: "", max_active: "" };
const LABELS = { id: "Id", type: "Type", status: "Status", expiry: "Accepted until", group: "Group", max_active: "At the same time", language: "Language", note: "Note" };
const SHOWN = Object.keys(LABELS);
const MEMBERS = SHOWN.filter((name) => !["id", "type"].includes(name));

/**
 * @param {{token?: any, onClose: () => void, onSaved: () => Promise<any>}} props token: none, a new one
 */
export function TokenForm({ token, onClose, onSaved }) {
  const form = useSignal(token ? filled(token) : EMPTY);
  const error = useSignal(/** @type {any} */ (null));
  const expected = (name) => error.value?.of?.(name) && `Expected ${error.value.of(name)}`;
  const set = (name) => (text) => (form.value = { ...form.value, [name]: text });
  const field = (name, rest) => html`<${Field} label=${LABELS[name]} value=${form.value[name]} onInput=${set(name)} error=${expected(name)} ...${rest} />`;
  async function save() {
    error.value = null;
    const { type } = form.value;
    // A blank at its end is no part of it, and would not be seen; one that is there stays as it is.
    const id = token ? token.id : form.value.id.trim();
    // A slash at its end, "." or "..": the path would be another one.
    if (!id || id === "." || id === "..") throw new ApiError("Type the id of the token.", 422, [{ field: "id", expected: "an id token" }]);
    // Who looks again sees it as it is now.
    if (!(await mayReplace({ id, type }, token))) return onSaved();
    await put(path`tokens/${type}/${id}`, body(form.value));
    toast(`Token ${id} is ${token ? "changed" : "added"}`);
    await onSaved();
    onClose();
  }
  const isPlaced = error.value?.errors?.length > 0 && error.value.errors.every((each) => SHOWN.includes(each.field));
  const { id, type } = form.value;
  return html`<${Dialog} title=${token ? `Token ${id}` : "Add a token"} onClose=${onClose}>
    <form class="stack" onSubmit=${(event) => event.preventDefault()}>
      <div class="token-form">
        ${field("id", { disabled: Boolean(token), maxlength: 255, help: token ? null : "As the station sends it, in any case. An RFID card: its UID" })}
        ${field("type", { disabled: Boolean(token), options: TYPES.some(([name]) => name === type) ? TYPES : [...TYPES, [type, type]], help: token ? null : "“Any” is right unless two types have the same id" })}
        ${field("status", { options: STATUSES })}
        ${field("expiry", { type: "datetime-local", step: 1 })}
        ${field("group", { maxlength: 255, help: "All of a group may stop what one has started" })}
        ${field("max_active", { type: "number", min: 1, step: 1, inputmode: "numeric", help: "So many transactions may run with it. Empty: any number" })}
        ${field("language", { maxlength: 8, placeholder: "de", help: "For the display of stations of OCPP 2.x" })}
        <div class="wide">${field("note", { maxlength: 1000, placeholder: "Whose it is" })}</div>
      </div>
      ${!isPlaced && html`<${ErrorNote} error=${error.value} />`}
      <div class="row end">
        <button class="btn" type="button" onClick=${onClose}>Cancel</button>
        <${ActionButton} kind="primary" run=${save} onError=${(problem) => (error.value = problem)}>${token ? "Save" : "Add"}</${ActionButton}>
      </div>
    </form>
  </${Dialog}>`;
}

/** @param {any} token @returns {Record<string, string>} */
function filled(token) {
  const text = (name) => (token[name] === null ? "" : String(token[name]));
  const expiry = token.expiry ? `${local(new Date(token.expiry))}:${String(new Date(token.expiry).getSeconds()).padStart(2, "0")}` : "";
  return { ...Object.fromEntries(["id", "type", ...MEMBERS].map((name) => [name, text(name)])), expiry };
}

/** As the API wants it; what is empty is not set. @param {Record<string, string>} form */
function body(form) {
  const { status, expiry, max_active } = form;
  /** @type {Record<string, any>} */
  const found = { status };
  if (expiry) found.expiry = new Date(expiry).toISOString();
  for (const name of ["group", "note", "language"]) if (form[name].trim()) found[name] = form[name].trim();
  // What is no number goes as it was typed, and is refused with what is expected.
  if (max_active !== "") found.max_active = Number.isNaN(Number(max_active)) ? max_active : Number(max_active);
  return found;
}

/**
 * Asks before what somebody else has registered or changed meanwhile is replaced.
 * @param {{id: string, type: string}} form @param {any} token as it was when the form was opened; none: a new one
 */
async function mayReplace({ id, type }, token) {
  const same = (each) => each.id.toLowerCase() === id.toLowerCase() && each.type === type;
  const there = (await all("tokens", { type })).find(same);
  if (!there) return token ? confirm(GONE) : true;
  if (!token) return confirm({ ...THERE, text: `It is ${there.status}${there.note ? ` (${there.note})` : ""}. What you have typed takes its place.` });
  const changed = MEMBERS.filter((name) => there[name] !== token[name]).map((name) => `${LABELS[name]}: ${there[name] ?? "none"}`);
  return changed.length === 0 || confirm({ ...CHANGED, text: `Somebody has changed it since you opened it (${changed.join("; ")}). Saving replaces that by what you have typed.` });
}

const THERE = { title: "This token is registered already", action: "Replace it", isDanger: true };
const GONE = { title: "This token was deleted meanwhile", text: "Somebody has deleted it since you opened it. Saving registers it again.", action: "Register it again" };
const CHANGED = { title: "This token was changed meanwhile", action: "Replace it", isDanger: true };
