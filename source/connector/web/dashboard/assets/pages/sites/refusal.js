// @ts-check
/** A limit that was asked and does not hold, with why, where the station told. */
import { html, useEffect, useSignal } from "../../lib/html.js";
import { all } from "../../lib/api.js";
import { nameOf, places } from "../../lib/fleet.js";
import { brief, current, power } from "../../lib/format.js";
import { partsOf } from "../../lib/keys.js";
import { href } from "../../lib/router.js";
import { isPostponed, OutcomeLine, postponed } from "../../parts/outcome.js";
import { placeName } from "../station/naming.js";

const COMMANDS = ["power_limit", "current_limit", "charging_schedule", "send_charging_profile"];

/** @param {{view: any, where: string}} props */
export function Refusal({ view, where }) {
  const outcome = useSignal(/** @type {any} */ (null));
  const limit = places(view).find((place) => place.where === where)?.limit;
  useEffect(() => {
    lastOutcome(view.station, where).then((found) => (outcome.value = found), () => undefined);
  }, [view.station, where, limit?.power_limit_asked, limit?.current_limit_asked]);
  if (!limit) return null;
  const asked = limit.power_limit_asked === null ? current(limit.current_limit_asked) : power(limit.power_limit_asked);
  const has = limit.power_limit_asked === null ? limit.current_limit : limit.power_limit;
  const held = has === null ? "none" : limit.power_limit_asked === null ? current(has) : power(has);
  return html`<a href=${href(["stations", view.station], where === "0" ? {} : { where })}>${brief(nameOf(view))}${where !== "0" && `, ${placeName(view, where)}`}</a>:
    asked ${asked}, in force ${held} ${outcome.value && (isPostponed(outcome.value) ? html`<span>${postponed(outcome.value)}</span>` : html`<${OutcomeLine} outcome=${outcome.value} />`)}`;
}

/** The newest outcome of a limit there. @param {string} station @param {string} where */
async function lastOutcome(station, where) {
  const found = await all("datapoints", { station, name: COMMANDS, limit: 1000 });
  const results = found.filter(({ key, value }) => {
    const parts = partsOf(key);
    return parts?.where === where && parts.rest.includes("result") && value;
  });
  results.sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
  return results.length ? JSON.parse(results[0].value) : null;
}
