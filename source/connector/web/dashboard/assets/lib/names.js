// @ts-check
/** Datapoints that more than one part of the page reads. */

export const POWER = "Power.Active.Import";
export const CURRENT = "Current.Import";
export const SESSION_ENERGY = "session_energy";
