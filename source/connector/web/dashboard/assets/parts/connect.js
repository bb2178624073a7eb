// @ts-check
/** What to type into a charger so that it comes here: as text, and as a QR code. */
import { html, useSignal } from "../lib/html.js";
import { hostOf, IDENTITY_EXPECTED, isIdentity, isNobodys } from "./address.js";
import { CopyText } from "./copy.js";
import { Check, Field } from "./field.js";
import { QrCode } from "./qr.js";
import { STRANGERS } from "./strangers.js";

const HERE = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** @param {string} text Identities go into the path of the URL. */
const encoded = (text) => encodeURIComponent(text.trim());

const IN_NETWORK = "type the name or IP address that this machine has in your network.";

const NOTHING = html`<span class="muted">once step 1 is right</span>`;

/** What is wrong with the host that was typed. @param {string | null} host */
function hostProblem(host) {
  if (!host) return "Expected: a name or an IP address, such as 192.168.1.5.";
  if (isNobodys(host)) return `${host} is no address that a charger can reach: ${IN_NETWORK}`;
  return HERE.has(host) ? `A charger cannot reach “${host}”: ${IN_NETWORK}` : null;
}

/** @param {{way: any}} props way: as `useWay` has it */
export function Connect({ way: ports }) {
  const host = useSignal(location.hostname);
  const id = useSignal("");
  const wantsTls = useSignal(false);
  const isTls = Boolean(ports.tls_port) && (wantsTls.value || !ports.port);
  const port = isTls ? ports.tls_port : ports.port;
  const place = hostOf(host.value);
  const name = id.value.trim();
  const isName = name === "" || isIdentity(name);
  const url = place && !isNobodys(place) && `${isTls ? "wss" : "ws"}://${place}:${port}/`;
  const after = STRANGERS[ports.unknown] ?? STRANGERS.pending;
  // Without a name it fits the field of the URL alone.
  const code = url && isName ? url + encoded(name) : null;
  return html`<div class="connect">
    <ol>
      <li><div class="stack tight">
        <h3>Who is it, and where is this machine?</h3>
        <div class="filters">
          <${Field} label="Name of the station" value=${id.value} onInput=${(text) => (id.value = text)} placeholder="CP-1" maxlength="255" error=${isName ? null : IDENTITY_EXPECTED}
            help="Its identity, as you like: letters, digits and -. Many stations have their own, often the serial number." />
          <${Field} label="Address of this machine" maxlength="255" value=${host.value} onInput=${(text) => (host.value = text)} error=${hostProblem(place)} />
        </div>
        ${ports.tls_port > 0 && ports.port > 0 && html`<${Check} label="Encrypted (TLS)" checked=${wantsTls.value} onChange=${(is) => (wantsTls.value = is)} />`}
      </div></li>
      <li><div class="stack tight">
        <h3>Enter this in the charger</h3>
        <p class="muted">In its app, its web page or its installer menu, often under OCPP, backend or central system.</p>
        <dl class="settings">
          <dt>URL of the central system</dt><dd>${url ? html`<${CopyText} text=${url} label="Copy the URL" />` : NOTHING}</dd>
          <dt>Name (charge point ID)</dt><dd>${name && isName ? html`<${CopyText} text=${name} label="Copy the name" />` : html`<span class="muted">the name from step 1, or its own</span>`}</dd>
          <dt>If it has one field for both</dt><dd><${Both} whole=${name && code} isNameless=${code && !name} /></dd>
          <dt>Protocol</dt><dd>OCPP 1.6 JSON, 2.0.1 or 2.1 (not SOAP)</dd>
          <dt>Security</dt><dd>${isTls ? "TLS, profile 2 or 3" : "none (profile 0), or a password (profile 1) that you set on the station’s page"}</dd>
        </dl>
      </div></li>
      <li><div class="stack tight">
        <h3>${after.title}</h3>
        <p>${after.step} Nothing appears? Then it does not reach this machine: check the address, port ${port} and the firewall.</p>
      </div></li>
    </ol>
    ${code && html`<figure class="stack tight">
      <${QrCode} text=${code} label=${`QR code of ${code}`} />
      <figcaption class="muted small">Scan it with the phone<br />that sets up the charger</figcaption>
    </figure>`}
  </div>`;
}

/** The URL alone is refused. @param {any} props */
function Both({ whole, isNameless }) {
  if (whole) return html`<${CopyText} text=${whole} label="Copy the URL with the name" />`;
  return isNameless ? html`<span class="muted">the URL, and the name right behind its last /</span>` : NOTHING;
}
