// @ts-check
/** What a central system may send, by version, with payloads to begin with. */

const V16 = ["CancelReservation", "CertificateSigned", "ChangeAvailability", "ChangeConfiguration", "ClearCache", "ClearChargingProfile", "DataTransfer", "DeleteCertificate", "ExtendedTriggerMessage", "GetCompositeSchedule", "GetConfiguration", "GetDiagnostics", "GetInstalledCertificateIds", "GetLocalListVersion", "GetLog", "InstallCertificate", "RemoteStartTransaction", "RemoteStopTransaction", "ReserveNow", "Reset", "SendLocalList", "SetChargingProfile", "SignedUpdateFirmware", "TriggerMessage", "UnlockConnector", "UpdateFirmware"];
const V201 = ["CancelReservation", "CertificateSigned", "ChangeAvailability", "ClearCache", "ClearChargingProfile", "ClearDisplayMessage", "ClearVariableMonitoring", "CostUpdated", "CustomerInformation", "DataTransfer", "DeleteCertificate", "GetBaseReport", "GetChargingProfiles", "GetCompositeSchedule", "GetDisplayMessages", "GetInstalledCertificateIds", "GetLocalListVersion", "GetLog", "GetMonitoringReport", "GetReport", "GetTransactionStatus", "GetVariables", "InstallCertificate", "PublishFirmware", "RequestStartTransaction", "RequestStopTransaction", "ReserveNow", "Reset", "SendLocalList", "SetChargingProfile", "SetDisplayMessage", "SetMonitoringBase", "SetMonitoringLevel", "SetNetworkProfile", "SetVariableMonitoring", "SetVariables", "TriggerMessage", "UnlockConnector", "UnpublishFirmware", "UpdateFirmware"];
const V21_MORE = ["AFRRSignal", "AdjustPeriodicEventStream", "ChangeTransactionTariff", "ClearDERControl", "ClearTariffs", "GetDERControl", "GetPeriodicEventStream", "GetTariffs", "NotifyAllowedEnergyTransfer", "NotifyWebPaymentStarted", "RequestBatterySwap", "SetDERControl", "SetDefaultTariff", "UpdateDynamicSchedule", "UsePriorityCharging"];

/** Restart, end, or lose something. */
const DESTRUCTIVE = new Set(["SetDERControl", "Reset", "UpdateFirmware", "SignedUpdateFirmware", "PublishFirmware", "UnlockConnector", "RemoteStopTransaction", "RequestStopTransaction", "ClearChargingProfile", "DeleteCertificate", "SetNetworkProfile", "CustomerInformation"]);

/** Of a station that is told another one, and no central system knows it. */
const LOCKS = new Set(["authorizationkey", "basicauthpassword", "securityprofile"]);
/** @param {unknown} name */
const isLock = (name) => LOCKS.has(String(name).toLowerCase());

/** Those that do so with such a payload. @type {Record<string, (payload: any) => boolean>} */
const DESTRUCTIVE_WITH = {
  ChangeAvailability: ({ type, operationalStatus }) => [type, operationalStatus].includes("Inoperative"),
  ChangeConfiguration: ({ key }) => isLock(key),
  SendLocalList: ({ updateType }) => updateType === "Full",
  SetVariables: ({ setVariableData }) => Array.isArray(setVariableData) && setVariableData.some((each) => isLock(each?.variable?.name)),
};

/** Whether somebody is asked first. @param {string} action @param {any} payload */
export const isDestructive = (action, payload) => DESTRUCTIVE.has(action) || Boolean(DESTRUCTIVE_WITH[action]?.(payload));

const EXAMPLES_16 = {
  CancelReservation: { reservationId: 1 },
  ChangeAvailability: { connectorId: 0, type: "Operative" },
  ChangeConfiguration: { key: "HeartbeatInterval", value: "300" },
  ClearChargingProfile: { id: 1 },
  DataTransfer: { vendorId: "ACME", messageId: "", data: "" },
  ExtendedTriggerMessage: { requestedMessage: "LogStatusNotification" },
  GetCompositeSchedule: { connectorId: 1, duration: 3600 },
  GetConfiguration: { key: ["HeartbeatInterval"] },
  GetInstalledCertificateIds: { certificateType: "CentralSystemRootCertificate" },
  RemoteStartTransaction: { connectorId: 1, idTag: "04A2B3C4" },
  RemoteStopTransaction: { transactionId: 1 },
  Reset: { type: "Soft" },
  SendLocalList: { listVersion: 1, updateType: "Full", localAuthorizationList: [] },
  TriggerMessage: { requestedMessage: "StatusNotification", connectorId: 1 },
  UnlockConnector: { connectorId: 1 },
};
const EXAMPLES_2 = {
  CancelReservation: { reservationId: 1 },
  ChangeAvailability: { operationalStatus: "Operative" },
  ClearChargingProfile: { chargingProfileId: 1 },
  DataTransfer: { vendorId: "ACME" },
  GetBaseReport: { requestId: 1, reportBase: "SummaryInventory" },
  GetChargingProfiles: { requestId: 1, evseId: 0, chargingProfile: {} },
  GetCompositeSchedule: { evseId: 1, duration: 3600 },
  GetDisplayMessages: { requestId: 1 },
  GetInstalledCertificateIds: {},
  GetVariables: { getVariableData: [{ component: { name: "OCPPCommCtrlr" }, variable: { name: "HeartbeatInterval" } }] },
  RequestStartTransaction: { remoteStartId: 1, evseId: 1, idToken: { idToken: "04A2B3C4", type: "ISO14443" } },
  RequestStopTransaction: { transactionId: "" },
  Reset: { type: "OnIdle" },
  SendLocalList: { versionNumber: 1, updateType: "Full", localAuthorizationList: [] },
  SetVariables: { setVariableData: [{ component: { name: "OCPPCommCtrlr" }, variable: { name: "HeartbeatInterval" }, attributeValue: "300" }] },
  TriggerMessage: { requestedMessage: "StatusNotification", evse: { id: 1, connectorId: 1 } },
  UnlockConnector: { evseId: 1, connectorId: 1 },
};

/** Of the version of a station. @param {{ocpp_version: string | null}} view */
export function actionsOf({ ocpp_version: version }) {
  if (version === "2.1") return [...V201, ...V21_MORE].sort();
  return version?.startsWith("2") ? V201 : V16;
}

/** A payload to begin with. @param {{ocpp_version: string | null}} view @param {string} action */
export const exampleOf = ({ ocpp_version: version }, action) => (version?.startsWith("2") ? EXAMPLES_2 : EXAMPLES_16)[action] ?? {};
