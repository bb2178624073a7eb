// @ts-check
import { encode } from "uqr";
import { html, useMemo } from "../lib/html.js";

/** What cameras still read from a screen; the largest code holds 2331. */
const MOST_BYTES = 1000;

/** A QR code; black on white in both themes, for cameras. @param {{text: string, label: string}} props */
export function QrCode({ text, label }) {
  const isTooLong = new TextEncoder().encode(text).length > MOST_BYTES;
  const { path, size } = useMemo(() => drawn(isTooLong ? "" : text), [text]);
  if (isTooLong) return html`<p class="muted">Too long for a QR code.</p>`;
  return html`<svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" />
  </svg>`;
}

/** @param {string} text */
function drawn(text) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return { path, size };
}
