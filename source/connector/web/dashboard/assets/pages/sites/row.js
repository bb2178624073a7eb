// @ts-check
/** A station or a connector of it in the list. */
import { html } from "../../lib/html.js";
import { excessOf } from "../../lib/excess.js";
import { AWAY, isUnmet, nameOf, trouble } from "../../lib/fleet.js";
import { current, energy, power, UNKNOWN } from "../../lib/format.js";
import { POWER, SESSION_ENERGY } from "../../lib/names.js";
import { href } from "../../lib/router.js";
import { datapoint, station, value } from "../../lib/state.js";
import { Badge, LinkBadge, RegistrationBadge, StatusBadge } from "../../parts/status.js";
import { TimeAgo } from "../../parts/time.js";
import { placeName } from "../station/naming.js";

/** @type {[string, string][]} */
const COLUMNS = [
  ["Station", ""],
  ["State", ""],
  ["Power", "num"],
  ["Session", "num"],
  ["Limit: asked → in force", "num"],
  ["Last seen", "num"],
];

export const HEAD = html`<div role="rowgroup" class="sites-head"><div role="row" aria-rowindex="1" class="site-row">
  ${COLUMNS.map(([text, kind]) => html`<span role="columnheader" class=${kind} key=${text}>${text}</span>`)}
</div></div>`;

/** @param {{id: string, where: string | null, kind: "single" | "head" | "part", at: number}} props */
export function StationRow({ id, where, kind, at }) {
  const view = station(id).value;
  if (!view) return null;
  const place = view.connectors.find((each) => each.where === where);
  const isPart = kind === "part";
  const limits = kind === "single" ? [place?.limit, view.limit] : [isPart ? place?.limit : view.limit];
  const isOff = !view.connected;
  return html`<div role="row" aria-rowindex=${at} class=${`site-row ${kind} ${isOff ? "is-off" : ""}`}>
    <span role="rowheader" class="site-name"><${Name} view=${view} where=${where} isPart=${isPart} /></span>
    <span role="cell" class="site-state"><${State} view=${view} place=${place} kind=${kind} /></span>
    <span role="cell" class="num" data-label="Power">${where === null ? html`<${WholePower} view=${view} />` : html`<${Power} view=${view} where=${where} />`}</span>
    <span role="cell" class="num" data-label="Session">${place ? html`<${Session} id=${id} place=${place} />` : ""}</span>
    <span role="cell" class="num" data-label="Limit"><${Limit} limits=${limits} isOff=${isOff} excess=${place && excessOf(view, place, (key) => datapoint(key).value)} /></span>
    <span role="cell" class="num muted" data-label="Last seen">${isPart ? "" : html`<${TimeAgo} time=${view.connected ? view.last_seen ?? view.connected_since : view.last_seen} />`}</span>
  </div>`;
}

/** @param {any} props */
function Name({ view, where, isPart }) {
  const to = href(["stations", view.station], isPart ? { where } : {});
  if (isPart) return html`<a href=${to} aria-label=${`${view.station}, ${placeName(view, where)}`}>${placeName(view, where)}</a>`;
  const made = [view.boot.vendor, view.boot.model].filter(Boolean).join(" ");
  return html`<a href=${to}>${nameOf(view)}</a>
    <span class="muted small ellipsis">${[view.name && view.station, made].filter(Boolean).join(" · ")}</span>`;
}

/** @param {any} props */
function State({ view, place, kind }) {
  if (view.registration !== "Accepted") return html`<${RegistrationBadge} registration=${view.registration} />`;
  if (!view.connected) return kind === "part" ? html`<span class="muted">${UNKNOWN}</span>` : html`<${LinkBadge} connected=${false} />`;
  const worst = kind === "part" ? null : trouble(view);
  if (worst) return html`<${StatusBadge} status=${worst.status} error=${worst.error_code} />${kind === "head" && worst.where !== "0" && html`<span class="small muted">${placeName(view, worst.where)}</span>`}`;
  return place ? html`<${StatusBadge} status=${place.status} error=${place.error_code} />` : html`<${LinkBadge} connected=${true} />`;
}

/** @param {any} props */
function Power({ view, where }) {
  const watts = value(view.station, where, POWER).value?.value;
  return view.connected ? power(watts) : UNKNOWN;
}

/** @param {any} props Of a station with several connectors, or none that is known. */
function WholePower({ view }) {
  if (!view.connected) return UNKNOWN;
  const parts = view.connectors.map((each) => value(view.station, each.where, POWER).value?.value);
  const known = parts.filter((each) => typeof each === "number");
  return known.length ? power(known.reduce((sum, each) => sum + each, 0)) : UNKNOWN;
}

/** @param {any} props */
function Session({ id, place }) {
  const now = value(id, place.where, SESSION_ENERGY).value?.value;
  // One that has ended is told from one that runs by a word.
  if (!place.transaction) return html`<span class="muted small">${now === undefined ? UNKNOWN : `last ${energy(now)}`}</span>`;
  return energy(now ?? place.transaction.energy);
}

/** In the unit it was asked in. @param {any} limit */
function shown(limit) {
  const inAmperes = limit.power_limit_asked === null && limit.current_limit_asked !== null;
  const [asked, has, text] = inAmperes
    ? [limit.current_limit_asked, limit.current_limit, current]
    : [limit.power_limit_asked, limit.power_limit, power];
  return { asked, has, text };
}

/** @param {any} props */
function Limit({ limits, isOff, excess }) {
  const limit = limits.find((each) => each && (shown(each).asked !== null || shown(each).has !== null));
  if (!limit) return html`<span class="muted">none</span>`;
  const { asked, has, text } = shown(limit);
  const told = asked === null ? "none" : text(asked);
  const held = has === null ? "none" : text(has);
  const paused = limit.enabled === false ? html`<${Badge} tone="warn" shape="‖">Paused</${Badge}> ` : "";
  if (isOff) return html`<${Away} told=${told} last=${has === null ? null : held} />`;
  if (isUnmet(limit)) {
    return html`${paused}<span class="unmet">${told} → <strong>${held}</strong> <${Badge} tone="bad" shape="▲">not met</${Badge}></span>`;
  }
  if (excess) return html`${paused}<span class="unmet">${held} <${Badge} tone="bad" shape="▲" title=${`${excess.flows} flow, limit ${excess.limit}`}>exceeded</${Badge}></span>`;
  return told === held ? html`${paused}<span>${held} <span class="met">✓<span class="visually-hidden"> in force</span></span></span>` : html`${paused}<span>${told} → ${held}</span>`;
}

/** What was asked, and what was accepted last. @param {{told: string, last: string | null}} props */
const Away = ({ told, last }) => html`<span class="muted site-away" title=${`In force: ${AWAY}; it is set again when the station comes back`}>
  <span>${told} → <span aria-hidden="true">?</span><span class="visually-hidden">${AWAY}</span></span>${" "}
  ${last && html`<span class="small">(last: ${last})</span>`}
</span>`;
