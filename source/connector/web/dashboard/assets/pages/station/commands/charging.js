// @ts-check
/** Commands about charging: limits, start and stop, profiles. */
import { limitCommand } from "../quick.js";
import { PLACES } from "./kinds.js";
import { filled, needNumber, needObject, needText, needTime } from "./reading.js";
import { periodsOf, profileOf, schedulesOf } from "./schedules.js";

/** @type {[string, string][]} */
const UNITS = [["kW", "kW"], ["W", "W"], ["A", "A per phase"]];

/** @type {import("./kinds.js").CommandSpec[]} */
export const CHARGING = [
  {
    id: "limit",
    title: "Limit",
    text: "The most that may be drawn. 0 pauses; below what a vehicle can use it pauses, too.",
    places: PLACES.any,
    fields: [
      { name: "number", label: "New limit", placeholder: "for example 4.1" },
      { name: "unit", label: "Unit", options: UNITS, initial: "kW" },
    ],
    commandOf: (texts) => (texts.unit === "A" ? "current_limit" : "power_limit"),
    isLimit: true,
    value: (texts) => limitCommand(needNumber("number", texts.number, { isFine: texts.unit === "W" }), texts.unit)[1],
    action: "Set the limit",
  },
  {
    id: "release",
    command: "power_limit",
    title: "Release the limit",
    text: "Clears what this connector has set; limits of the station itself stay.",
    places: PLACES.any,
    fields: [],
    value: () => null,
    action: "Release",
  },
  {
    id: "enabled",
    title: "Pause or resume",
    text: "A pause keeps the transaction, and the limit that was asked.",
    places: PLACES.connectors,
    fields: [{ name: "is", label: "Charging", options: [["false", "pauses"], ["true", "goes on"]], initial: "false" }],
    value: (texts) => texts.is === "true",
    action: "Send",
  },
  {
    id: "phases",
    title: "Phases",
    text: "How many phases may be used.",
    places: PLACES.connectors,
    fields: [{ name: "count", label: "Phases", options: [["1", "1"], ["3", "3"], ["", "as the station likes"]], initial: "1" }],
    value: (texts) => (texts.count ? Number(texts.count) : null),
    action: "Set the phases",
  },
  {
    id: "start",
    title: "Start with a token",
    text: "Asks the station to start for an id token, as if it had been shown there.",
    places: PLACES.connectors,
    fields: [
      { name: "token", label: "Token", placeholder: "for example 04A2B3C4" },
      { name: "type", label: "Type of token", placeholder: "for example ISO14443", help: "OCPP 2.x; empty: by the token registry", only: (view) => String(view.ocpp_version).startsWith("2") },
    ],
    value: (texts) => {
      const id = needText("token", texts.token, "A token is needed.");
      return texts.type ? { type: texts.type.trim(), id } : id;
    },
    action: "Start",
  },
  {
    id: "charge",
    title: "Start or stop",
    text: "Starts with the token of REMOTE_ID_TOKEN, or ends the transaction that runs.",
    places: PLACES.connectors,
    fields: [{ name: "is", label: "What", options: [["true", "Start charging"], ["false", "Stop charging"]], initial: "true" }],
    value: (texts) => texts.is === "true",
    ask: (texts, view, place) =>
      texts.is === "true" ? undefined : { title: `Stop charging at ${place}?`, text: "The transaction ends, and has to be started again to go on.", action: "Stop charging", isDanger: true },
    action: "Send",
  },
  {
    id: "charging_schedule",
    title: "Limits over time",
    text: "One limit after the other; each line: seconds after the start, and a limit.",
    places: PLACES.any,
    fields: [
      { name: "start", label: "Start", type: "datetime-local", help: "Empty: now" },
      { name: "unit", label: "Unit", options: [["W", "W"], ["A", "A per phase"]], initial: "W" },
      { name: "periods", label: "Periods", rows: 4, initial: "0 11000\n3600 4140", help: "Offset in s, then the limit" },
    ],
    isLimit: true,
    value: (texts) => ({ start: texts.start ? needTime("start", texts.start) : null, unit: texts.unit, periods: periodsOf("periods", texts.periods, texts.unit) }),
    action: "Set the schedule",
  },
  {
    id: "get_composite_schedule",
    title: "Ask what results",
    text: "The schedule that results from all profiles at the station.",
    places: PLACES.any,
    fields: [{ name: "seconds", label: "For the next", unit: "s", initial: "3600" }],
    value: (texts) => needNumber("seconds", texts.seconds, { min: 1, isFine: true }),
    action: "Ask",
  },
  {
    id: "send_charging_profile",
    title: "Charging profile",
    text: "A complete OCPP charging profile, sent as it is given, in place of the limit.",
    places: PLACES.any,
    fields: [{ name: "profile", label: "Profile (JSON), or a number for the template in OCPP_PROFILE", rows: 8, placeholder: '{"chargingProfileId": 1, "stackLevel": 0, ..}' }],
    value: (texts) => profileOf("profile", needText("profile", texts.profile, "A profile is needed.")),
    schedules: schedulesOf,
    action: "Send the profile",
  },
  {
    id: "clear_charging_profile",
    title: "Clear charging profiles",
    text: "Those that fit a filter; without one, those of this connector.",
    places: PLACES.any,
    fields: [{ name: "filter", label: "Filter (JSON)", rows: 2, placeholder: '{"id": 1}', help: "Empty: ours" }],
    value: (texts) => (texts.filter?.trim() ? needObject("filter", texts.filter, '{"id": 1}') : null),
    ask: (texts, view, place) => ({ title: `Clear charging profiles of ${place}?`, text: "What they limited is not limited by them any more.", action: "Clear", isDanger: true }),
    action: "Clear",
  },
  {
    id: "reserve",
    title: "Reserve",
    text: "Keeps a connector free for a token until a time.",
    places: PLACES.all,
    fields: [
      { name: "token", label: "Token", placeholder: "for example 04A2B3C4" },
      { name: "type", label: "Type of token", initial: "ISO14443", only: (view) => String(view.ocpp_version).startsWith("2") },
      { name: "until", label: "Until", type: "datetime-local", initial: () => nextHour() },
      { name: "group", label: "Group token", help: "Whose members may charge, too" },
    ],
    value: (texts, view) => reservation(texts, view),
    action: "Reserve",
  },
  {
    id: "cancel_reservation",
    title: "Cancel a reservation",
    text: "By its number, which the list of reservations tells.",
    places: PLACES.station,
    fields: [{ name: "id", label: "Number of the reservation" }],
    value: (texts) => needNumber("id", texts.id, { min: 0, isFine: true }),
    action: "Cancel the reservation",
  },
];

/** What a datetime-local field shows for an hour from now. */
function nextHour() {
  const date = new Date(Date.now() + 3_600_000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {Record<string, string>} texts @param {any} view */
function reservation(texts, view) {
  const token = needText("token", texts.token, "A token is needed.");
  const until = needTime("until", texts.until);
  const group = texts.group?.trim();
  if (!String(view.ocpp_version).startsWith("2")) return filled({ idTag: token, expiryDate: until, parentIdTag: group });
  const type = texts.type?.trim() || "ISO14443";
  return filled({ idToken: { idToken: token, type }, expiryDateTime: until, groupIdToken: group ? { idToken: group, type } : null });
}
