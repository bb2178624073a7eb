"""What a handler raises to answer with a CALLERROR, as the version spells it."""

from __future__ import annotations

from ocpp.exceptions import OCPPError

from connector.errors import RemoteProtocolError
from connector.ocppj.dialects import Dialect
from connector.ocppj.frames import CallError


def refusal(
    unique_id: str, problem: BaseException, dialect: Dialect
) -> CallError | None:
    """The answer that an exception stands for; None where it is a failure of ours.

    The exceptions of the `ocpp` library count, too.
    """
    if not isinstance(problem, RemoteProtocolError | OCPPError):
        return None
    return CallError(
        unique_id,
        dialect.spelled(str(getattr(problem, "code", ""))),
        str(problem.description or ""),
        problem.details or {},
    )
