// @ts-check
/** Ends a transaction in the records that no station will stop any more. */
import { html } from "../../lib/html.js";
import { path, post } from "../../lib/api.js";
import { toast } from "../../parts/announce.js";
import { ActionButton } from "../../parts/button.js";

/** @param {boolean} isOnStation whether it is asked on the station's page */
const question = (isOnStation) => ({
  title: "Close this transaction?",
  text: `For one that nobody will stop any more: it ends here, with its last values. The station is told nothing: to end the charging, ${isOnStation ? "choose Stop charging instead" : "stop it on the station’s page"}. If the station stops it after all, that counts.`,
  action: "Close it",
  isDanger: true,
});

/**
 * @param {{id: string, small?: boolean, label?: string, isOnStation?: boolean, onClosed?: (item: any) => void}} props
 * id: its key; isOnStation: it stands beside what stops the charging
 */
export function CloseButton({ id, small = false, label, isOnStation = false, onClosed = () => undefined }) {
  const close = async () => {
    onClosed(await post(path`transactions/${id}/close`));
    toast("The transaction is closed");
  };
  return html`<${ActionButton} kind="danger" small=${small} label=${label} ask=${question(isOnStation)} run=${close}>Close it</${ActionButton}>`;
}
