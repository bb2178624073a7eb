"""GET `/api/v1`: what this is, and what can be asked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request

from connector.web.api.context import ApiContext
from connector.web.api.router import api_router
from connector.web.description import description_of


class Index(BaseModel):
    """The API in short."""

    version: str = Field(description="Of the connector", examples=["0.12.0"])
    paths: dict[str, list[str]] = Field(
        description="Methods by path",
        examples=[{"/api/v1/stations": ["GET"]}],
    )
    reference: str = Field(description="All of it, to read", examples=["/docs"])
    openapi: str = Field(
        description="All of it, for programs", examples=["/openapi.json"]
    )


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("connector")

    @router.get("", summary="What there is")
    async def show_index(request: Request) -> Index:
        return Index(
            version=context.version,
            paths=_paths(await description_of(request.app)),
            reference="/docs",
            openapi="/openapi.json",
        )

    return router


def _paths(openapi: dict[str, Any]) -> dict[str, list[str]]:
    return {
        path: sorted(method.upper() for method in methods)
        for path, methods in openapi["paths"].items()
    }
