"""Contracts for vehicles that have none (-2), made of the keys of `--pki`."""

from __future__ import annotations

from base64 import b64encode

from iso15118.secc.comm_session_handler import SECCCommunicationSession
from iso15118.secc.states.iso15118_2_states import CertificateInstallation
from iso15118.shared.exi_codec import EXI
from iso15118.shared.messages.enums import Namespace
from iso15118.shared.messages.iso15118_2.body import Body
from iso15118.shared.messages.iso15118_2.header import MessageHeader
from iso15118.shared.messages.iso15118_2.msgdef import V2GMessage


def installation(session: SECCCommunicationSession) -> str:
    """A CertificateInstallationRes as a back end would send it: EXI in base64.

    The package can make one, but gives it to a back end's caller for -20 alone.

    Raises:
        LookupError: no vehicle waits for one.
    """
    state = session.current_state
    if not isinstance(state, CertificateInstallation):
        raise LookupError(f"no contract is asked for in {state}")
    response, signature = state.generate_certificate_installation_res()
    message = V2GMessage(
        header=MessageHeader(session_id=session.session_id, signature=signature),
        body=Body.parse_obj({"CertificateInstallationRes": response.dict()}),
    )
    exi = EXI().to_exi(message, Namespace.ISO_V2_MSG_DEF)
    return b64encode(exi).decode()
