"""Has our own connector send what scenarios want, over its HTTP API."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

import httpx

from connector.cli.client import OUTCOME_S, path_of
from connector.settings.access import Access
from connector.station.scenarios.desk import DeskProblem

if TYPE_CHECKING:
    from connector.station.scenarios.scenario import Ask

_CONNECT_S = 5.0
_MOST_AT_ONCE = 50
_DONE = frozenset({"accepted", "rejected", "error"})
"""Outcomes by which a call has come to the station; what it answered is seen there."""


class ApiDesk:
    """`station.scenarios.desk.Desk`; open while the ``async with`` lasts."""

    patience_s = 0.0

    def __init__(
        self, access: Access, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        headers = {"Accept": "application/json"}
        if access.token is not None:
            headers["Authorization"] = f"Bearer {access.token}"
        self._http = httpx.AsyncClient(
            base_url=access.url,
            headers=headers,
            timeout=httpx.Timeout(OUTCOME_S, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=_MOST_AT_ONCE),
            trust_env=not access.is_local,
            transport=transport,
        )

    async def __aenter__(self) -> ApiDesk:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def ask(self, identity: str, ask: Ask) -> None:
        """See `Desk`."""
        body = {"action": ask.action, "payload": dict(ask.payload)}
        try:
            answer = await self._http.post(
                path_of("stations", identity, "calls"), json=body
            )
            found = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            reason = str(problem) or type(problem).__name__
            raise DeskProblem(f"{self._http.base_url}: {reason}") from None
        if not answer.is_success:
            detail = found.get("detail", "") if isinstance(found, dict) else ""
            raise DeskProblem(f"{ask.action}: {answer.status_code} {detail}".rstrip())
        outcome = found.get("outcome")
        if outcome not in _DONE:
            raise DeskProblem(f"{ask.action}: {outcome}: {found.get('detail', '')}")
