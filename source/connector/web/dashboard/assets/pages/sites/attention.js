// @ts-check
/** What needs somebody, the worst first; one line for each kind. */
import { html, useEffect, useRef, useSignal } from "../../lib/html.js";
import { get } from "../../lib/api.js";
import { excesses } from "../../lib/excess.js";
import { isFaulted, isOffline, isPending, isUnprotected, nameOf, trouble, unconfirmed, unmetLimits } from "../../lib/fleet.js";
import { brief, plural, words } from "../../lib/format.js";
import { href } from "../../lib/router.js";
import { now, on, valueNow } from "../../lib/state.js";
import { Icon } from "../../parts/icons.js";
import { TimeAgo } from "../../parts/time.js";
import { Waiting } from "../../parts/waiting.js";
import { placeName } from "../station/naming.js";
import { Found } from "./found.js";
import { Refusal } from "./refusal.js";

const MOST = 4;
const MOST_WAITING = 3;
const MOST_SEEN = 50;
/** What is told of unknown tokens, by `UNKNOWN_TOKENS`; those that are accepted need nobody. @type {Record<string, string>} */
const SEEN = {
  reject: "Unknown tokens were presented, and are rejected:",
  ask: "Unknown tokens were presented, and are asked about each time:",
};
/** The worst first. */
const TONES = ["bad", "warn", "info"];
const ASK_AGAIN_MS = 60_000;
const HEALTH_MS = 5000;
const SETTLES_MS = 5000;
const CERTIFICATE_DAYS = 30;

/** @param {{views: any[]}} props */
export function Attention({ views }) {
  const about = useConnector();
  const unmet = useLasting(views);
  const pending = views.filter(isPending);
  now.value; // Read: what flows changes without its stations.
  const lines = [
    ...(about ?? []),
    faulted(views.filter(isFaulted)),
    unmet.length > 0 && limits(unmet),
    exceeded(views.flatMap((view) => excesses(view, valueNow))),
    offline(views.filter(isOffline)),
    lost(views.flatMap((view) => unconfirmed(view).map((place) => ({ view, place })))),
    unprotected(views.filter(isUnprotected)),
  ]
    .filter(Boolean)
    .sort((a, b) => TONES.indexOf(a.props.tone) - TONES.indexOf(b.props.tone));
  const isQuiet = lines.length === 0 && pending.length > 0;
  return html`
    ${!isQuiet && html`<section class=${lines.length ? "card flush" : "card"} aria-label="Needs attention"><${Box} lines=${lines} isKnown=${about !== null} /></section>`}
    ${pending.length > 0 && html`<${Waiting} views=${pending} most=${MOST_WAITING} more=${href(["adopt"])} />`}`;
}

/** @param {{lines: any[], isKnown: boolean}} props isKnown: the connector was asked, too */
function Box({ lines, isKnown }) {
  if (lines.length > 0) return html`<h2 class="attention-head"><${Icon} name="warning" />Needs attention</h2><ul class="attention">${lines}</ul>`;
  if (!isKnown) return html`<p class="muted">Looking for what needs attention…</p>`;
  return html`<p class="all-well"><${Icon} name="ok" />Nothing needs attention</p>`;
}

/** @param {{tone: string, icon: string, title: any, children?: any, action?: any}} props */
const Line = ({ tone, icon, title, children, action }) => html`<li class=${tone}>
  <${Icon} name=${icon} />
  <div class="what"><strong>${title}</strong> ${children}</div>
  ${action}
</li>`;

/** Some by name, and a way to all of them. @param {any[]} views @param {string} show @param {(view: any) => any} [detail] */
function named(views, show, detail) {
  const first = views.slice(0, MOST);
  const rest = views.length - first.length;
  return html`${first.map(
    (view, at) => html`${at > 0 && ", "}<a key=${view.station} href=${href(["stations", view.station])}>${brief(nameOf(view))}</a>${detail && html` ${detail(view)}`}`,
  )}${rest > 0 && html` and <${Found} show=${show}>${rest} more</${Found}>`}`;
}

/** @param {any[]} views */
function faulted(views) {
  if (views.length === 0) return null;
  return html`<${Line} key="faulted" tone="bad" icon="error" title=${`${plural(views.length, "station")} faulted:`}>
    ${named(views, "faulted", (view) => html`<span class="muted">(${faultOf(view)})</span>`)}
  </${Line}>`;
}

/** @param {any} view */
function faultOf(view) {
  const { where, error_code: code } = trouble(view);
  return [placeName(view, where), code && code !== "NoError" && words(code)].filter(Boolean).join(": ");
}

/** @param {any[]} views */
function offline(views) {
  if (views.length === 0) return null;
  return html`<${Line} key="offline" tone="warn" icon="offline" title=${`${plural(views.length, "station")} offline:`}>
    ${named(views, "offline", (view) => html`<span class="muted">(<${TimeAgo} time=${view.last_seen} never="never seen" />)</span>`)}
  </${Line}>`;
}

/** Transactions that their stations may have lost. @param {{view: any, place: any}[]} found */
function lost(found) {
  if (found.length === 0) return null;
  const first = found.slice(0, MOST);
  const rest = found.length - first.length;
  return html`<${Line} key="lost" tone="warn" icon="transactions" title=${`${plural(found.length, "transaction")} not confirmed since the station restarted:`}>
    ${first.map(({ view, place: { where, transaction } }, at) => html`${at > 0 && ", "}<a key=${`${view.station}/${where}`} href=${href(["stations", view.station], { where })}>${brief(nameOf(view))}, ${placeName(view, where)}</a> <span class="muted">(<${TimeAgo} time=${transaction.unconfirmed_since} />)</span>`)}${rest > 0 && html` and <${Found} show="attention">${rest} more</${Found}>`}
  </${Line}>`;
}

/** @param {{view: any, where: string}[]} unmet */
function limits(unmet) {
  const rest = unmet.length - MOST;
  return html`<${Line} key="limits" tone="bad" icon="warning" title=${`${plural(unmet.length, "limit")} not in force:`}>
    <ul>${unmet.slice(0, MOST).map(({ view, where }) => html`<li key=${`${view.station}/${where}`}><${Refusal} view=${view} where=${where} /></li>`)}</ul>
    ${rest > 0 && html`<${Found} show="attention">${rest} more</${Found}>`}
  </${Line}>`;
}

/** Limits that were accepted and are not kept. @param {{view: any, where: string, excess: any}[]} found */
function exceeded(found) {
  if (found.length === 0) return null;
  const rest = found.length - MOST;
  return html`<${Line} key="exceeded" tone="bad" icon="warning" title=${`${plural(found.length, "limit")} exceeded:`}>
    <ul>${found.slice(0, MOST).map(({ view, where, excess }) => html`<li key=${`${view.station}/${where}`}><a href=${href(["stations", view.station], { where })}>${brief(nameOf(view))}, ${placeName(view, where)}</a>: ${excess.flows} flow, limit ${excess.limit}</li>`)}</ul>
    ${rest > 0 && html`<${Found} show="attention">${rest} more</${Found}>`}
  </${Line}>`;
}

/** @param {any[]} views */
function unprotected(views) {
  if (views.length === 0) return null;
  return html`<${Line} key="unprotected" tone="info" icon="lock" title=${`${plural(views.length, "station")} without a password:`}>
    ${named(views, "open")}. Whoever knows the name of one can pretend to be it.
  </${Line}>`;
}

/**
 * Limits that are not met for longer than a command takes.
 * @param {any[]} views
 */
function useLasting(views) {
  const since = useRef(/** @type {Map<string, number> | null} */ (null));
  // What does not hold when the page is opened was asked before.
  const firstMs = since.current === null ? 0 : Date.now();
  const times = (since.current ??= new Map());
  const found = views.flatMap((view) => unmetLimits(view).map((where) => ({ view, where })));
  const keys = new Set(found.map(({ view, where }) => `${view.station}/${where}`));
  for (const key of times.keys()) if (!keys.has(key)) times.delete(key);
  for (const key of keys) if (!times.has(key)) times.set(key, firstMs);
  return found.filter(({ view, where }) => Date.now() - (times.get(`${view.station}/${where}`) ?? 0) > SETTLES_MS);
}

/** What the connector itself has to say: broker, store, unknown tokens, certificates; null: not asked yet. */
function useConnector() {
  const works = useAsked(health, HEALTH_MS);
  const rest = useAsked(async () => (await Promise.all([seenTokens(), certificates()])).flat(), ASK_AGAIN_MS);
  return works && rest && [...works, ...rest];
}

/**
 * What is asked now, every so often, and when the connector answers again; null: not known.
 * @param {() => Promise<any[] | null>} ask @param {number} everyMs
 */
function useAsked(ask, everyMs) {
  const lines = useSignal(/** @type {any[] | null} */ (null));
  useEffect(() => {
    const look = async () => {
      lines.value = await ask();
    };
    look();
    const timer = setInterval(look, everyMs);
    const off = on("up", look);
    return () => {
      clearInterval(timer);
      off();
    };
  }, []);
  return lines.value;
}

/** What cannot be asked now is told by the bar of the connection. @param {string} where @param {object} [query] */
const asked = (where, query) => get(where, query).catch(() => null);

async function health() {
  // 503: neither of them works.
  const found = await get("../../health").catch((problem) => (problem.status === 503 ? { broker: "none", store: "none" } : null));
  if (!found) return null;
  const wrong = [];
  if (found.broker !== "connected") wrong.push(["broker", "The MQTT broker is not connected:", "values wait, commands from MQTT do not arrive."]);
  if (found.store !== "ok") wrong.push(["store", "The store does not work:", "stations are told to keep what they report."]);
  return wrong.map(([key, title, text]) => html`<${Line} key=${key} tone="bad" icon="connector" title=${title}>${text} <a href=${href(["connector"])}>More</a></${Line}>`);
}

async function seenTokens() {
  const found = await asked("tokens/seen", { limit: MOST_SEEN });
  const title = SEEN[found?.unknown];
  if (!title || !found.items.length) return [];
  // One card has several types where stations speak several versions.
  const all = [...new Set(found.items.map((each) => each.id))];
  const ids = all.slice(0, MOST);
  const more = all.length > MOST || found.next;
  return [
    html`<${Line} key="tokens" tone="info" icon="tokens" title=${title} action=${html`<a class="btn btn-small" href=${href(["tokens"], { show: "seen" })}>Look at them</a>`}>
      <span class="mono">${ids.join(", ")}</span>${more && " and more"}
    </${Line}>`,
  ];
}

async function certificates() {
  const found = await asked("pki", { limit: 1000 });
  if (!found) return [];
  const { server, ca } = found.days_left;
  const ends = [server, ca, ...found.items.filter((each) => !each.revoked).map((each) => each.days_left)];
  const soon = ends.filter((days) => typeof days === "number" && days < CERTIFICATE_DAYS);
  if (soon.length === 0) return [];
  const least = Math.min(...soon);
  const title = least < 0 ? "expired, or soon expiring" : `expiring, the first in ${plural(least, "day")}`;
  return [html`<${Line} key="certificates" tone="warn" icon="lock" title=${`${plural(soon.length, "certificate")} ${title}.`}><a href=${href(["connector"])}>Look at them</a></${Line}>`];
}
