// @ts-check
/**
 * The HTTP API. Every failure is an ApiError whose message a person can act on.
 */
import { signal } from "@preact/signals";

const BELOW = "api/v1/";
const TIMEOUT_MS = 60_000;
const NOT_DONE = "Nothing was done, for you are no longer logged in. Log in, then do it again.";

/** Whether the connector still lets this browser in; false: the page asks for the token. */
export const isLetIn = signal(true);
/** The other tabs of this connector: they are let in with this one, and no longer than it. */
const tabs = new BroadcastChannel(`is let in ${new URL(BELOW, document.baseURI).pathname}`);
tabs.onmessage = ({ data }) => (isLetIn.value = data);
// This page is only given to those who are.
tabs.postMessage(true);

export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0: no answer came
   * @param {{field: string, expected: string}[]} errors by field, where it told
   */
  constructor(message, status, errors = []) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.errors = errors;
  }

  /** What is expected of a field, where the answer named it. @param {string} field */
  of(field) {
    return this.errors.find((each) => each.field === field)?.expected;
  }
}

/**
 * A path with its variables encoded: path`stations/${id}/adopt`.
 * @param {TemplateStringsArray} texts @param {...unknown} values
 */
export function path(texts, ...values) {
  return String.raw({ raw: texts }, ...values.map((each) => segment(String(each))));
}

/** @param {string} text */
function segment(text) {
  // A browser takes "." and ".." out of paths, encoded or not: those ids cannot be asked.
  return encodeURIComponent(text);
}

/**
 * The URL of something of the API, for links and downloads.
 * @param {string} where @param {Record<string, unknown>} [query] null, "" are left out
 */
export function url(where, query = {}) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== null && each !== undefined && each !== "") found.append(name, String(each));
  const text = found.toString();
  return BELOW + where + (text ? `?${text}` : "");
}

/**
 * @template T
 * @param {string} where @param {Record<string, unknown>} [query]
 * @param {{signal?: AbortSignal, timeoutMs?: number}} [options] @returns {Promise<T>}
 */
export const get = (where, query, options) => ask("GET", url(where, query), undefined, options);

/** @param {string} where @param {unknown} [body] @param {object} [options] */
export const post = (where, body, options) => ask("POST", url(where), body, options);
/** @param {string} where @param {unknown} body @param {object} [options] */
export const put = (where, body, options) => ask("PUT", url(where), body, options);
/** @param {string} where @param {unknown} body @param {object} [options] */
export const patch = (where, body, options) => ask("PATCH", url(where), body, options);
/** @param {string} where @param {object} [options] */
export const del = (where, options) => ask("DELETE", url(where), undefined, options);

/**
 * All items of a list, page by page.
 * @param {string} where @param {Record<string, unknown>} [query]
 * @param {{most?: number, signal?: AbortSignal}} [options]
 */
export async function all(where, query = {}, options = {}) {
  const { most = Infinity, ...rest } = options;
  const found = [];
  let cursor = null;
  do {
    const page = await get(where, { limit: 500, ...query, cursor }, rest);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor && found.length < most);
  return found;
}

/**
 * Logs in again without losing the page. @param {string} token
 * @throws {ApiError} 401: it is not the token
 */
export async function logIn(token) {
  await ask("POST", "login", new URLSearchParams({ token }), { asksToken: false });
  isLetIn.value = true;
  tabs.postMessage(true);
}

/** Ends it, in this browser. */
export async function logOut() {
  await ask("POST", "logout", undefined, { asksToken: false });
  tabs.postMessage(false);
  location.assign("./");
}

/**
 * @param {string} method @param {string} where @param {unknown} body
 * @param {{signal?: AbortSignal, timeoutMs?: number, asksToken?: boolean}} [options]
 */
async function ask(method, where, body, options = {}) {
  const { signal: given, timeoutMs = TIMEOUT_MS, asksToken = true } = options;
  const signals = [AbortSignal.timeout(timeoutMs), ...(given ? [given] : [])];
  const request = { method, signal: AbortSignal.any(signals), ...bodyOf(body) };
  const response = await fetch(where, request).catch((problem) => {
    if (given?.aborted) throw problem;
    throw unreachable(problem, method);
  });
  if (response.status === 401 && asksToken) {
    isLetIn.value = false;
    if (method !== "GET") throw new ApiError(NOT_DONE, 401);
    await lettingIn(given);
    return ask(method, where, body, options);
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204 || response.redirected) return null;
  return response.json();
}

/** What is only read goes on once somebody has logged in. @param {AbortSignal} [given] */
function lettingIn(given) {
  return new Promise((resolve, reject) => {
    const stop = isLetIn.subscribe((isIn) => isIn && resolve(queueMicrotask(() => stop())));
    given?.addEventListener("abort", () => reject(given.reason), { once: true });
  });
}

/** @param {unknown} body */
function bodyOf(body) {
  const headers = { Accept: "application/json" };
  if (body === undefined || body instanceof URLSearchParams) return { headers, body };
  headers["Content-Type"] = "application/json";
  return { headers, body: JSON.stringify(body) };
}

/** @param {unknown} problem @param {string} method what was done stays in the page, when it is there again, too */
function unreachable(problem, method) {
  const isSlow = problem instanceof DOMException && problem.name === "TimeoutError";
  return new ApiError(
    isSlow
      ? "The connector did not answer in time. What was asked may still happen: look before you try again."
      : `The connector ${method === "GET" ? "does" : "did"} not answer. Is it running, and is there a network?`,
    0,
  );
}

/** @param {Response} response */
async function refusal(response) {
  const told = await response.json().catch(() => ({}));
  const message =
    typeof told.detail === "string" && told.detail
      ? told.detail
      : `The connector, or a proxy before it, answered ${response.status} ${response.statusText}.`;
  return new ApiError(message, response.status, Array.isArray(told.errors) ? told.errors : []);
}
