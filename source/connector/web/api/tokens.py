"""`/api/v1/tokens`: who may charge, and who has tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from connector.csms import times, token_members
from connector.csms.options import UnknownTokens
from connector.csms.token_members import LONGEST_ID, MOST_ACTIVE, Status
from connector.csms.token_verdicts import LONGEST, has_room
from connector.csms.tokens import ANY_TYPE, Tokens
from connector.errors import TokenHeld
from connector.store.records import OF_CONFIGURATION, SeenToken, TokenRecord
from connector.web.api.context import ApiContext
from connector.web.api.pages import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    cursor_of,
    keys_of,
    page_of,
)
from connector.web.api.router import api_router
from connector.web.misfits import misfits
from connector.web.problems import Problem, errors

_WHEN = "2026-12-31T23:59:59Z"
_EXPIRY = f"a time with its zone, such as {_WHEN}"
_TEXT = "text without control characters"
_LONGEST_NOTE = 1000

TokenType = Annotated[
    str,
    Path(
        description="Its type, without case; any stands for each, and is what OCPP 1.6 "
        "asks for",
        examples=[ANY_TYPE, "ISO14443"],
        min_length=1,
        max_length=20,
    ),
]
TokenId = Annotated[
    str,
    Path(
        description="Its id, without case, percent-encoded where it has odd characters",
        examples=["04A2B3C4"],
        min_length=1,
        max_length=LONGEST_ID,
    ),
]
_Status = Annotated[Status | None, Query(description="Only those of this status")]
_Group = Annotated[str | None, Query(description="Only those of this group")]
_Type = Annotated[str | None, Query(description="Only those of this type")]


def _wrong(expected: str) -> PydanticCustomError:
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def _expiry(text: str) -> str:
    is_zoned = text.endswith(("Z", "z")) or "+" in text[10:] or "-" in text[10:]
    if times.parse(text) is None or not is_zoned:
        raise _wrong(_EXPIRY)
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise _wrong(_TEXT)
    return text


def _language(text: str) -> str:
    try:
        return token_members.language(text)
    except ValueError as problem:
        raise _wrong(str(problem)) from None


def _whole(value: object) -> object:
    """1.0 is a whole number of JSON."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


# Where null may stand instead, what is said beside it would be said of null, too.
_Expiry = Annotated[
    str,
    AfterValidator(_expiry),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
_Language = Annotated[
    str,
    AfterValidator(_language),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 8}),
]
_MostActive = Annotated[int, BeforeValidator(_whole)]


class TokenBody(BaseModel):
    """What holds for an id token; what else is left out, or null, is not set."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: Status
    expiry: _Expiry | None = Field(
        None, description="Until when it is accepted", examples=[_WHEN]
    )
    group: Annotated[str, AfterValidator(_printable)] | None = Field(
        None,
        description="Its parent token: all of a group may stop what one has started",
        min_length=1,
        max_length=LONGEST_ID,
        examples=["family"],
    )
    note: Annotated[str, AfterValidator(_printable)] | None = Field(
        None, description="For people", max_length=_LONGEST_NOTE
    )
    language: _Language | None = Field(
        None,
        description="What its user is shown by stations of OCPP 2.x is in (RFC 5646)",
        max_length=8,
        examples=["de", "en-GB"],
    )
    max_active: _MostActive | None = Field(
        None,
        description="How many transactions may run with it at the same time",
        ge=1,
        le=MOST_ACTIVE,
    )


class TokenView(BaseModel):
    """An id token that is registered."""

    id: str = Field(examples=["04A2B3C4"])
    type: str = Field(examples=[ANY_TYPE])
    status: Status
    expiry: str | None = Field(examples=[_WHEN])
    group: str | None
    note: str | None
    language: str | None
    max_active: int | None
    source: Literal["configuration", "api"] = Field(
        description="configuration: TOKENS says it, and only there it can be changed"
    )
    versions: list[str] = Field(
        description="Those of OCPP in whose messages its id has room",
        examples=[["1.6", "2.0.1", "2.1"]],
    )


class SeenTokenView(BaseModel):
    """An id token that nobody has registered, and that was presented."""

    id: str = Field(examples=["04A2B3C4"])
    type: str = Field(description="any in OCPP 1.6", examples=[ANY_TYPE])
    station: str = Field(description="Where it was last", examples=["CP-7"])
    where: str = Field(description="0: the station as a whole", examples=["1"])
    first: str = Field(examples=["2026-01-31T12:00:00Z"])
    last: str = Field(examples=["2026-01-31T12:00:00Z"])
    times: int = Field(description="How often somebody held it there")


class SeenTokenPage(Page[SeenTokenView]):
    """Who has tried, and what is answered."""

    unknown: UnknownTokens = Field(
        description="UNKNOWN_TOKENS: what holds for them until they are registered",
        examples=["reject"],
    )


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("tokens")
    tokens = context.central_system.tokens
    _add_lists(router, context)

    @router.get("/tokens/{type}/{id:path}", summary="One", responses=errors(404))
    async def show_token(type: TokenType, id: TokenId) -> TokenView:
        name = _name(type, id)
        record = tokens.registry.registered(name.id, name.type)
        if record is None:
            raise _unknown(name)
        return _shown(record)

    @router.put(
        "/tokens/{type}/{id:path}",
        summary="Register it, in place of what was registered before",
        responses=errors(409) | {201: {"model": TokenView}},
    )
    async def put_token(
        type: TokenType, id: TokenId, body: TokenBody, response: Response
    ) -> TokenView:
        name = _name(type, id)
        if not id.strip():
            raise _misfit("id", id, token_members.ID)
        record = _record(name, body)
        try:
            is_new = await tokens.register(record)
        except TokenHeld as problem:
            raise _held(problem) from None
        if is_new:
            response.status_code = HTTPStatus.CREATED
        return _shown(record)

    @router.delete(
        "/tokens/{type}/{id:path}",
        summary="Forget it",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=errors(404, 409),
    )
    async def delete_token(type: TokenType, id: TokenId) -> None:
        name = _name(type, id)
        try:
            was_there = await tokens.remove(name.id, name.type)
        except TokenHeld as problem:
            raise _held(problem) from None
        if not was_there:
            raise _unknown(name)

    return router


def _add_lists(router: APIRouter, context: ApiContext) -> None:
    tokens = context.central_system.tokens

    @router.get("/tokens", summary="Those that are registered, by their ids")
    async def list_tokens(
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: _Status = None,
        group: _Group = None,
        type: _Type = None,
    ) -> Page[TokenView]:
        chosen = filter(_chooser(status, group, type), tokens.registry.records())
        found, after = page_of(chosen, limit, cursor, _sort_key)
        return Page(items=[_shown(record) for record in found], next=after)

    @router.get(
        "/tokens/seen",
        summary="Those that were presented and nobody has registered, the newest first",
        description="The newest 1000 are kept; one that is registered is here no more.",
    )
    async def list_seen_tokens(
        limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> SeenTokenPage:
        before = keys_of(cursor, int, str, str) if cursor else None
        return await _seen_page(context, tokens, limit, before)


async def _seen_page(
    context: ApiContext, tokens: Tokens, limit: int, before: Any
) -> SeenTokenPage:
    await tokens.seen.flush()
    found = await context.store.seen_tokens(limit + 1, before)
    items, after = found[:limit], None
    if len(found) > limit:
        last = items[-1]
        after = cursor_of(last.last_ms, last.id_token, last.type)
    shown = [_shown_seen(each) for each in items]
    return SeenTokenPage(items=shown, next=after, unknown=tokens.unknown)


@dataclass(frozen=True, slots=True)
class _Name:
    type: str
    id: str


def _name(type: str, id: str) -> _Name:
    """The token that a path names.

    Raises:
        Problem: there can be none of this type or id (422).
    """
    if not token_members.is_id(id):
        raise _misfit("id", id, token_members.ID)
    try:
        return _Name(token_members.token_type(type), id)
    except ValueError as problem:
        raise _misfit("type", type, str(problem)) from None


def _misfit(field: str, value: str, expected: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"{field} is {value[:80]!r}, expected {expected}",
        errors=[{"field": field, "expected": expected}],
    )


def misfit(type: str, id: str, members: dict[str, Any]) -> str:
    """Why a token cannot be registered with these members; "" where it can."""
    try:
        _name(type, id)
        TokenBody.model_validate(members)
    except Problem as problem:
        return problem.detail
    except ValidationError as error:
        return "; ".join(each.text for each in misfits(error.errors()))
    return ""


def _unknown(name: _Name) -> Problem:
    detail = (
        f"no token {name.id!r} of type {name.type} is registered: PUT registers it, "
        "GET /api/v1/tokens lists those that are"
    )
    return Problem(HTTPStatus.NOT_FOUND, detail)


def _held(problem: TokenHeld) -> Problem:
    return Problem(HTTPStatus.CONFLICT, str(problem))


def _chooser(
    status: str | None, group: str | None, type: str | None
) -> Callable[[TokenRecord], bool]:
    def is_chosen(record: TokenRecord) -> bool:
        its_group = (record.group or "").lower()
        return (
            status in (None, record.status)
            and (group is None or its_group == group.lower())
            and (type is None or record.type.lower() == type.lower())
        )

    return is_chosen


def _sort_key(record: TokenRecord) -> str:
    return f"{record.id_token.lower()}\n{record.type}"


def _record(name: _Name, body: TokenBody) -> TokenRecord:
    return TokenRecord(
        name.id,
        name.type,
        body.status,
        times.parse(body.expiry),
        body.group,
        body.note,
        language=body.language,
        max_active=body.max_active,
    )


def _shown(record: TokenRecord) -> TokenView:
    expiry_ms = record.expiry_ms
    return TokenView(
        id=record.id_token,
        type=record.type,
        status=record.status,  # type: ignore[arg-type]
        expiry=None if expiry_ms is None else times.iso(expiry_ms),
        group=record.group,
        note=record.note,
        language=record.language,
        max_active=record.max_active,
        source="configuration" if record.origin == OF_CONFIGURATION else "api",
        versions=[version for version in LONGEST if has_room(record, version)],
    )


def _shown_seen(seen: SeenToken) -> SeenTokenView:
    return SeenTokenView(
        id=seen.id_token,
        type=seen.type,
        station=seen.station,
        where=seen.where,
        first=times.iso(seen.first_ms),
        last=times.iso(seen.last_ms),
        times=seen.times,
    )
