// @ts-check
/** Commands about the station itself: availability, resets, messages, files, security. */
import { nameOf } from "../../../lib/fleet.js";
import { brief } from "../../../lib/format.js";
import { speaks2 } from "../naming.js";
import { PLACES } from "./kinds.js";
import { filled, needAddress, needFile, needJson, needNumber, needObject, needText, needTime } from "./reading.js";

const TRIGGERS_16 = ["BootNotification", "StatusNotification", "MeterValues", "Heartbeat", "FirmwareStatusNotification", "DiagnosticsStatusNotification", "LogStatusNotification", "SignChargePointCertificate"];
const TRIGGERS_2 = ["BootNotification", "StatusNotification", "MeterValues", "TransactionEvent", "Heartbeat", "FirmwareStatusNotification", "LogStatusNotification", "PublishFirmwareStatusNotification", "SignChargingStationCertificate", "SignV2GCertificate", "SignCombinedCertificate"];

/** @param {string[]} words @returns {[string, string][]} */
const same = (words) => words.map((word) => [word, word]);

/** @type {import("./kinds.js").CommandSpec[]} */
export const OPERATION = [
  {
    id: "available",
    title: "Availability",
    text: "Takes a connector, or all of them, out of service or back. What charges may end first.",
    places: PLACES.all,
    fields: [{ name: "is", label: "In service", options: [["true", "in service"], ["false", "out of service"]], initial: "true" }],
    value: (texts) => texts.is === "true",
    ask: (texts, view, place) => (texts.is === "true" ? undefined : { title: `Take ${place} out of service?`, text: "Nobody can charge there until it is put in service again, after restarts, too.", action: "Take out of service", isDanger: true }),
    action: "Change",
  },
  {
    id: "unlock",
    title: "Unlock the cable",
    text: "For a cable that is stuck. Many stations end the transaction with it.",
    places: PLACES.parts,
    fields: [],
    value: () => true,
    ask: (texts, view, place) => ({ title: `Unlock ${place}?`, text: "The cable can be taken by whoever stands there, and a transaction may end.", action: "Unlock", isDanger: true }),
    action: "Unlock",
  },
  {
    id: "reset",
    title: "Reset",
    text: "Restarts the station. Soft lets it end what runs; hard is at once.",
    places: PLACES.resettable,
    place: "0",
    fields: [
      {
        name: "kind",
        label: "How",
        options: (view) => (speaks2(view) ? [["on_idle", "When nothing runs"], ["immediate", "At once"]] : [["soft", "Soft"], ["hard", "Hard"]]),
        initial: (view) => (speaks2(view) ? "on_idle" : "soft"),
      },
    ],
    value: (texts) => texts.kind,
    ask: (texts, view, place) => ({ title: `Reset ${nameOf(view)}?`, text: `${place} restarts (${texts.kind.replace("_", " ")}). What charges may be interrupted, and it is away for some minutes.`, action: "Reset", isDanger: true }),
    action: "Reset",
  },
  {
    id: "trigger_message",
    title: "Ask for a message",
    text: "The station sends it at once, if it can.",
    places: PLACES.any,
    fields: [{ name: "message", label: "Message", options: (view) => same(speaks2(view) ? TRIGGERS_2 : TRIGGERS_16), initial: "StatusNotification" }],
    value: (texts) => texts.message,
    action: "Ask",
  },
  {
    id: "clear_cache",
    command: "call",
    title: "Clear the cache of tokens",
    text: "The station forgets which tokens it has seen accepted.",
    places: PLACES.station,
    fields: [],
    value: () => ({ action: "ClearCache", payload: {} }),
    action: "Clear the cache",
  },
  {
    id: "local_list",
    title: "Local list of tokens",
    text: "Sends the token registry, for when the link is lost; what changes follows by itself.",
    places: PLACES.station,
    fields: [{ name: "kind", label: "What", options: [["Full", "All tokens"], ["Differential", "What changed"], ["off", "Send no more of them"]], initial: "Full" }],
    value: (texts) => (texts.kind === "off" ? false : { updateType: texts.kind }),
    action: "Send",
  },
  {
    id: "data_transfer",
    title: "Data transfer",
    text: "A manufacturer's own message.",
    places: PLACES.station,
    fields: [
      { name: "vendor", label: "Vendor id" },
      { name: "message", label: "Message id" },
      { name: "data", label: "Data", rows: 3 },
    ],
    value: (texts) => filled({ vendorId: needText("vendor", texts.vendor, "A vendor id is needed."), messageId: texts.message?.trim(), data: texts.data }),
    action: "Send",
  },
  {
    id: "display_message",
    title: "Text on its display",
    text: "Shown by stations that have a display.",
    places: PLACES.station,
    only: speaks2,
    fields: [{ name: "text", label: "Text", rows: 2, help: "Or the JSON of a message" }],
    value: (texts) => {
      const text = needText("text", texts.text, "A text is needed.");
      return text.startsWith("{") ? needJson("text", text) : text;
    },
    action: "Show",
  },
];

/** @type {import("./kinds.js").CommandSpec[]} */
export const FILES = [
  {
    id: "get_log",
    title: "Diagnostics and logs",
    text: "The station uploads them. Without an address they come to the connector itself.",
    places: PLACES.station,
    fields: [
      { name: "type", label: "What", options: (view) => (speaks2(view) ? same(["DiagnosticsLog", "SecurityLog"]) : [["", "Diagnostics"], ["DiagnosticsLog", "Diagnostics (GetLog)"], ["SecurityLog", "Security log (GetLog)"]]), initial: (view) => (speaks2(view) ? "DiagnosticsLog" : "") },
      { name: "location", label: "Upload to", placeholder: "the connector's own place", help: "An ftp or https address" },
      { name: "from", label: "From", type: "datetime-local" },
      { name: "to", label: "Until", type: "datetime-local" },
    ],
    value: (texts) => log(texts),
    action: "Get it",
  },
  {
    id: "update_firmware",
    title: "Firmware",
    text: "The station downloads and installs it, and restarts.",
    places: PLACES.station,
    fields: [
      { name: "from", label: "From", options: [["file", "a file in DATA_DIR/firmware"], ["location", "an address"], ["json", "JSON, for a signed one"]], initial: "file" },
      { name: "what", label: "File, address or JSON", rows: 2, placeholder: "fw-1.9.bin" },
      { name: "when", label: "Download at", type: "datetime-local", help: "Empty: at once" },
    ],
    value: (texts) => firmware(texts),
    ask: (texts, view) => ({ title: `Install firmware on ${nameOf(view)}?`, text: `It downloads ${brief(texts.what.trim(), 120)}, and restarts. A wrong file may leave it unusable.`, action: "Install", isDanger: true }),
    action: "Install",
  },
  {
    id: "password",
    title: "New password",
    text: "Makes one and gives it to the station. It is shown nowhere; the old one is right until the station came with the new one.",
    places: PLACES.station,
    fields: [],
    value: () => true,
    ask: (texts, view) => ({ title: `Give ${nameOf(view)} a new password?`, text: "It connects again with it. Have a way to reach the station if it does not come back.", action: "Change the password", isDanger: true }),
    action: "Change the password",
  },
  {
    id: "security_profile",
    title: "Higher security profile",
    text: "The station is to connect with it from now on, never with a lower one.",
    places: PLACES.station,
    fields: [{ name: "profile", label: "Profile", options: [["1", "1: password"], ["2", "2: password and TLS"], ["3", "3: TLS with a certificate of its own"]], initial: "2" }],
    value: (texts) => needNumber("profile", texts.profile),
    ask: (texts, view) => ({ title: `Raise ${nameOf(view)} to profile ${texts.profile}?`, text: "There is no way back from here. Are the port, the certificate and the password ready?", action: "Raise it", isDanger: true }),
    action: "Raise it",
  },
];

/** @param {Record<string, string>} texts */
function log(texts) {
  const startTime = texts.from ? needTime("from", texts.from) : null;
  const stopTime = texts.to ? needTime("to", texts.to) : null;
  const place = texts.location?.trim();
  const location = place ? needAddress("location", place) : null;
  if (!texts.type) return filled({ location, startTime, stopTime });
  // GetLog: what limits it and where it goes are members of `log`.
  const inside = filled({ remoteLocation: location, oldestTimestamp: startTime, latestTimestamp: stopTime });
  return filled({ logType: texts.type, log: Object.keys(inside).length ? inside : null });
}

/** What is typed for each way to give a firmware. @type {Record<string, (text: string) => any>} */
const FIRMWARE = {
  file: (text) => ({ file: needFile("what", text, "DATA_DIR/firmware") }),
  location: (text) => ({ location: needAddress("what", text) }),
  json: (text) => needObject("what", text, '{"firmware": {"location": ".."}}'),
};

/** @param {Record<string, string>} texts */
function firmware(texts) {
  const found = FIRMWARE[texts.from](needText("what", texts.what));
  return texts.from === "json" ? found : filled({ ...found, retrieveDate: texts.when ? needTime("when", texts.when) : null });
}
