// @ts-check
/** States in words, with a shape and a colour: never a colour alone. */
import { html } from "../lib/html.js";
import { words } from "../lib/format.js";

/** Tone and shape of each status of OCPP. */
const STATUS = {
  Available: ["idle", "○"],
  Preparing: ["busy", "◐"],
  Charging: ["live", "●"],
  SuspendedEV: ["busy", "◑"],
  SuspendedEVSE: ["warn", "◑"],
  Finishing: ["busy", "◒"],
  Reserved: ["busy", "◇"],
  Occupied: ["busy", "◐"],
  Unavailable: ["off", "✕"],
  Faulted: ["bad", "▲"],
};
const REGISTRATION = { Accepted: ["idle", "✓"], Pending: ["warn", "?"], Rejected: ["off", "✕"] };

/**
 * @param {{tone?: "idle" | "busy" | "live" | "warn" | "bad" | "off" | "ok", shape?: string, title?: string, children?: any}} props
 */
export function Badge({ tone = "idle", shape, title, children }) {
  return html`<span class=${`badge ${tone}`} title=${title}>
    ${shape && html`<span class="shape" aria-hidden="true">${shape}</span>`}${children}
  </span>`;
}

/**
 * A connector's or station's status.
 * @param {{status: string | null, error?: string | null, isPast?: boolean}} props isPast: it was so when it was last seen
 */
export function StatusBadge({ status, error, isPast = false }) {
  if (!status) return html`<${Badge} tone="off" shape="·">Unknown</${Badge}>`;
  if (isPast) return html`<${Badge} tone="off" shape="·" title="When it was last seen">was ${words(status)}</${Badge}>`;
  const [tone, shape] = STATUS[status] ?? ["idle", "○"];
  const told = error && error !== "NoError" ? error : undefined;
  return html`<${Badge} tone=${tone} shape=${shape} title=${told}>${words(status)}</${Badge}>`;
}

/** A transaction that has not ended. @param {{since: string | null}} props since: not confirmed since then */
export const OpenBadge = ({ since }) =>
  since
    ? html`<${Badge} tone="warn" shape="?" title="The station has restarted, and speaks as if it did not run">Not confirmed</${Badge}>`
    : html`<${Badge} tone="live" shape="●">Running</${Badge}>`;

/** @param {{connected: boolean}} props */
export const LinkBadge = ({ connected }) =>
  connected
    ? html`<${Badge} tone="ok" shape="●">Online</${Badge}>`
    : html`<${Badge} tone="off" shape="✕">Offline</${Badge}>`;

/** @param {{registration: string}} props */
export function RegistrationBadge({ registration }) {
  const [tone, shape] = REGISTRATION[registration] ?? ["idle", "·"];
  return html`<${Badge} tone=${tone} shape=${shape}>${registration}</${Badge}>`;
}
