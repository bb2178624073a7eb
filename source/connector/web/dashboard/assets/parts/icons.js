// @ts-check
import { html } from "../lib/html.js";

/** Lines on a 24-grid; drawn in the colour of the text. */
const PATHS = {
  stations: "M6 21V5a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v16M4 21h14M9 7h4M16 11h2a1.5 1.5 0 0 1 1.5 1.5v4a1.25 1.25 0 0 0 2.5 0V9l-3-3",
  add: "M12 5v14M5 12h14",
  transactions: "M13 2 5 13h6l-1 9 8-12h-6z",
  tokens: "M3 6h18v12H3zM3 10h18M7 15h3",
  frames: "M4 7h12M13 4l3 3-3 3M20 17H8M11 14l-3 3 3 3",
  connector: "M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5v5M12 16h.01",
  ok: "M5 12.5 10 17 19 7",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
  offline: "M3 3l18 18M8.5 15.5a5 5 0 0 1 7 0M5 12a10 10 0 0 1 4-2.4M19 12a10 10 0 0 0-5-2.8M12 19h.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  close: "M6 6l12 12M18 6 6 18",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M5 19l1.5-1.5M17.5 6.5 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  exit: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  plug: "M9 3v5M15 3v5M6.5 8h11v3a5.5 5.5 0 0 1-11 0zM12 16.5V21",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l11 7-11 7z",
  stop: "M6 6h12v12H6z",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M4 20h16",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  back: "M15 6l-6 6 6 6",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2",
  more: "M5 12h.01M12 12h.01M19 12h.01",
};

/**
 * For the eye only: beside it there is a text, or a label on what it is in.
 * @param {{name: keyof typeof PATHS, size?: number}} props
 */
export function Icon({ name, size = 18 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name] ?? PATHS.info} />
  </svg>`;
}
