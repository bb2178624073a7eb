// @ts-check
/** Statuses and types of tokens as people read them. */

/** @type {[string, string][]} */
export const STATUSES = [
  ["Accepted", "Accepted"],
  ["Blocked", "Blocked"],
  ["Expired", "Expired"],
  ["Invalid", "Invalid"],
  ["ConcurrentTx", "Concurrent transaction"],
];

/** @type {Record<string, ["ok" | "bad" | "warn" | "off", string]>} */
export const SHAPES = {
  Accepted: ["ok", "✓"],
  Blocked: ["bad", "✕"],
  Expired: ["warn", "◷"],
  Invalid: ["bad", "!"],
  ConcurrentTx: ["warn", "2"],
};

/** @type {[string, string][]} */
export const TYPES = ["any", "ISO14443", "ISO15693", "eMAID", "MacAddress", "KeyCode", "Local", "Central", "VIN", "EVCCID", "DirectPayment"].map(
  (name) => [name, name === "any" ? "Any" : name],
);

/** What is answered where nobody has registered a token, by `UNKNOWN_TOKENS`. @type {Record<string, string>} */
export const POLICIES = {
  accept: "These may charge: unknown tokens are accepted.",
  reject: "These may not charge: unknown tokens are rejected.",
  ask: "Somebody on MQTT is asked each time whether these may charge.",
};

/** What holds now: one that has expired is not accepted. @param {any} token @param {number} nowMs */
export const statusNow = (token, nowMs) =>
  token.status === "Accepted" && token.expiry && Date.parse(token.expiry) <= nowMs ? "Expired" : token.status;
