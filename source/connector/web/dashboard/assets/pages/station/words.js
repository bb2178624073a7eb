// @ts-check
/** Commands, their values and what shows that they took effect, in words. */
import { current, power, value as withUnit } from "../../lib/format.js";
import { spoken } from "../transactions/measurands.js";
import { placeName } from "./naming.js";
import { isAgain } from "./orders.js";

/** Commands that are known by what they bring about: with true, and with false. */
const WAYS = {
  enabled: ["Resume", "Pause"],
  charge: ["Start charging", "Stop charging"],
  available: ["Put in service", "Take out of service"],
};
const RELEASED = { power_limit: "Release the limit", current_limit: "Release the limit" };

/** A limit in the unit it is known in. @param {number | null | undefined} watts @param {number | null | undefined} amperes */
export function limitText(watts, amperes) {
  const known = [
    watts === null || watts === undefined ? null : power(watts),
    amperes === null || amperes === undefined ? null : `${current(amperes)} per phase`,
  ].filter(Boolean);
  return known.join(" / ") || null;
}

/** The limit that an order writes; null: it writes none. @param {any} order */
export function limitOf({ command, value }) {
  if (typeof value !== "number") return null;
  return { power_limit: limitText(value, null), current_limit: limitText(null, value) }[command] ?? null;
}

/** "power_limit" -> "Power limit"; "enabled", false -> "Pause". @param {any} order */
export function commandName(order) {
  const { command, value, action } = order;
  if (command === "call") return action ?? "A call";
  if (value === null && RELEASED[command] && !isAgain(order)) return RELEASED[command];
  if (command === "enabled" && isAgain(order)) return "Pause or resume";
  if (typeof value === "boolean" && WAYS[command]) return WAYS[command][value ? 0 : 1];
  return command.charAt(0).toUpperCase() + command.slice(1).replaceAll("_", " ");
}

/** What an order is called, and where. @param {any} order @param {any} view */
export const orderName = (order, view) => (order.command === "call" ? commandName(order) : `${commandName(order)}, ${placeName(view, order.where)}`);

/** What an order writes, beside its name; "": the name tells it. @param {any} order @returns {string} */
export function valueText(order) {
  const { command, value } = order;
  if (value === undefined || (value === null && RELEASED[command]) || (typeof value === "boolean" && WAYS[command])) return "";
  if (command === "get_composite_schedule" && typeof value === "number") return withUnit(value, "s");
  return limitOf(order) ?? (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

/** What shows that it took effect: "Power was 4.10 kW". @param {any} order @returns {string} */
export const seenText = ({ seen, measured }) => (measured ? `${spoken(measured.name)} was ${withUnit(measured.value, measured.unit)}` : seen);
