// @ts-check
/** What becomes of stations that nobody knows, by `UNKNOWN_STATIONS`, in words. */
import { html, useEffect, useSignal } from "../lib/html.js";
import { get } from "../lib/api.js";
import { href } from "../lib/router.js";

/**
 * Where stations connect, and what becomes of those that nobody knows; the usual ports, and
 * unknown "", until the connector was asked.
 */
export function useWay() {
  const way = useSignal({ port: 9000, tls_port: 0, unknown: "" });
  useEffect(() => {
    get("connector").then(
      ({ stations }) => (way.value = stations),
      () => undefined, // The usual ports are shown; they can be changed.
    );
  }, []);
  return way.value;
}

const IS_ACCEPT = html`<code>UNKNOWN_STATIONS</code> is <code>accept</code>`;
const IS_REJECT = html`<code>UNKNOWN_STATIONS</code> is <code>reject</code>`;
const STEPS = "It takes three steps; this page changes by itself when the station comes.";

/** @type {Record<string, {sub: string, none: any, title: string, step: any, newcomer: any}>} */
export const STRANGERS = {
  pending: {
    sub: "Point it here, then let it in.",
    none: "No station is waiting. One that connects appears here at once.",
    title: "Adopt it here",
    step: html`After it has restarted it appears on the page “Stations” as waiting. One click on <strong>Adopt</strong> lets it in.`,
    newcomer: STEPS,
  },
  accept: {
    sub: "Point it here: whoever comes is let in.",
    none: html`No station has to wait: ${IS_ACCEPT}. One that connects is on the page “Stations” at once.`,
    title: "See it here",
    step: html`After it has restarted it appears on the page “Stations”, and may charge: ${IS_ACCEPT}.`,
    newcomer: STEPS,
  },
  reject: {
    sub: "Register it, then point it here.",
    none: html`A station that nobody knows is refused: ${IS_REJECT}. Register it below before it comes.`,
    title: "See it here",
    step: html`It has to be <a href=${href(["adopt"])}>registered</a> before, by the same name: ${IS_REJECT}. After it has restarted it is online on the page “Stations”.`,
    newcomer: html`Stations that nobody knows are refused, as ${IS_REJECT}: <a href=${href(["adopt"])}>register yours</a> first.`,
  },
};
