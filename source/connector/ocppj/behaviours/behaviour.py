"""What all behaviours have: a version, and the methods that no action belongs to."""

from __future__ import annotations

from typing import Any, ClassVar

from connector.errors import RemoteProtocolError
from connector.ocppj.names import snake_name
from connector.ocppj.routes import ROUTES
from connector.ocppj.typed import to_typed

Json = dict[str, Any]


class OcppError(RemoteProtocolError):
    """Raised by a method to answer with a CALLERROR.

    A code is sent as the version spells it; one that it does not have as GenericError.
    """


class NotHandled(OcppError):
    """What a method raises that was not overridden."""

    def __init__(self) -> None:
        super().__init__("NotSupported", "this action is not handled here")


class Behaviour:
    """The base of the four behaviours: subclass one of those."""

    ocpp_version: str
    """1.6, 2.0.1 or 2.1; every class that is used sets it."""
    is_strict: bool = True
    """Whether every payload has to fit its schema exactly.

    Otherwise what has a meaning all the same is tolerated, as the connector does.
    """
    is_station: ClassVar[bool]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        version = getattr(cls, "ocpp_version", None)
        if version is not None and version not in ROUTES:
            known = ", ".join(ROUTES)
            raise ValueError(
                f"{cls.__name__}.ocpp_version is {version!r}; expected one of {known}"
            )

    def handle_result(self, unique_id: str, payload: Json) -> None:
        """A CALLRESULT came; in 2.1 an `OcppError` refuses it."""

    def handle_error(
        self, unique_id: str, code: str, description: str, details: Json
    ) -> None:
        """A CALLERROR came."""

    def handle_call_result_error(
        self, unique_id: str, code: str, description: str, details: Json
    ) -> None:
        """A CALLRESULTERROR came: an answer of ours was not taken (2.1)."""

    def handle_send(self, unique_id: str, action: str, payload: Json) -> None:
        """A SEND came (2.1); it goes to the method of its action, if there is one."""
        if self.handles(action):
            method = getattr(self, method_name(action))
            method(to_typed(self.ocpp_version, action, payload))

    def handles(self, action: str) -> bool:
        """Whether a method for an action of OCPP was written."""
        method = getattr(self, method_name(action), None)
        where = getattr(method, "__module__", None) or ""
        return method is not None and not where.startswith(f"{__package__}.")


def method_name(action: str) -> str:
    """The name of the method of an action of OCPP."""
    return snake_name(action)
