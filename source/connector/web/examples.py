"""Examples of answers, for the API's own description."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_WHEN = "2026-01-31T12:00:00Z"
_SERIAL = "3f9a1c5b7d2e4f60"
_TOKEN = {"id": "04A2B3C4", "type": "any"}
_ROWS = {"transactions": 1200, "samples": 90000, "history": 500000}
_BACKUP = {
    "file": "/data/backups/connector-20260131T120000Z.tar.gz",
    "bytes": 4_194_304,
    "made": _WHEN,
}
_CERTIFICATE = {
    "serial": _SERIAL,
    "common_name": "CP-7",
    "station": "CP-7",
    "issued": _WHEN,
    "expires": "2027-01-31T12:00:00Z",
    "days_left": 365,
    "revoked": None,
    "reason": None,
}
_STATION = {
    "station": "CP-7",
    "name": "North wall",
    "note": None,
    "registration": "Accepted",
    "named": False,
    "connected": True,
    "protocol": "ocpp1.6",
    "ocpp_version": "1.6",
    "address": "192.0.2.7",
    "since": _WHEN,
    "connected_since": _WHEN,
    "last_seen": _WHEN,
    "latency_ms": 12.5,
    "reconnects": 0,
    "has_password": True,
    "security_profile": 1,
    "least_security_profile": None,
    "boot": {"vendor": "ABB", "model": "Terra AC", "firmware_version": "1.8.32"},
    "status": "Available",
    "error_code": "NoError",
    "limit": None,
    "connectors": [
        {
            "where": "1",
            "status": "Available",
            "error_code": "NoError",
            "transaction": None,
            "limit": {"power_limit": 4140.0, "limit_min": 1380.0},
        }
    ],
    "registered": {"name": "North wall"},
    "options": {"name": "North wall"},
}
_CONNECTOR = {
    "version": "0.7.0",
    "started": _WHEN,
    "now": _WHEN,
    "broker": {
        "connected": True,
        "since": _WHEN,
        "address": "localhost:1883",
        "name": "ocpp-connector",
        "published": 81000,
        "waiting": 0,
        "replaced": 12,
        "dropped": 0,
    },
    "store": {"location": "data/connector.sqlite", "writable": True},
    "stations": {
        "known": 3,
        "connected": 2,
        "pending": 1,
        "port": 9000,
        "tls_port": 0,
        "calls_waiting": 0,
        "commands_running": 0,
    },
    "frame_log": {"records": 1500, "bytes": 600000},
    "events": {"count": 1, "dropped": 0},
    "process": {
        "cpu_s": 12.5,
        "memory_bytes": 90_000_000,
        "loop_delay_ms": 0.2,
        "python": "3.13.1",
        "libraries": {"ocpp": "2.0.0"},
    },
}

ANSWERS: dict[tuple[str, str], Any] = {
    ("get", "/health"): {
        "status": "ok",
        "broker": "connected",
        "store": "ok",
        "stations": 2,
    },
    ("get", "/health/live"): {"status": "ok"},
    ("get", "/metrics"): "ocpp_broker_connected 1.0\nocpp_store_writable 1.0\n",
    ("get", "/api/v1"): {
        "version": "0.7.0",
        "paths": {"/api/v1/stations": ["GET"]},
        "reference": "/docs",
        "openapi": "/openapi.json",
    },
    ("get", "/api/v1/stations"): {"items": [_STATION], "next": None},
    ("get", "/api/v1/connector"): _CONNECTOR,
    ("get", "/api/v1/calls/{correlation}"): {
        "outcome": "accepted",
        "detail": "",
        "response": {"status": "Accepted"},
        "correlation": "0f8fad5bd9cb469f",
        "timestamp": 1769860800000,
        "duration_ms": 35,
    },
    ("get", "/api/v1/tokens"): {
        "items": [
            _TOKEN
            | {
                "status": "Accepted",
                "expiry": None,
                "group": None,
                "note": "Anna's card",
                "language": None,
                "max_active": None,
                "source": "api",
                "versions": ["1.6", "2.0.1", "2.1"],
            }
        ],
        "next": None,
    },
    ("post", "/api/v1/pki/server"): _CERTIFICATE
    | {
        "common_name": "cs.example.com",
        "station": None,
        "certificate_file": "/data/pki/server.pem",
        "key_file": "/data/pki/server.key",
    },
    ("get", "/api/v1/store"): {
        "backend": "sqlite",
        "location": "data/connector.sqlite",
        "schema": "0005",
        "writable": True,
        "bytes": 50_000_000,
        "free_bytes": 20_000_000_000,
        "rows": _ROWS,
        "oldest_transaction": _WHEN,
        "oldest_history": _WHEN,
        "history_dropped": 0,
        "backups": [_BACKUP],
    },
    ("post", "/api/v1/store/backup"): _BACKUP | {"rows": _ROWS},
}
"""By method and path: what a success looks like."""


def add_to(paths: Json) -> None:
    """Put each where its operation is; those that are not served are passed over."""
    for (method, path), example in ANSWERS.items():
        operation = paths.get(path, {}).get(method)
        if operation is not None:
            _success(operation)["example"] = example


def _success(operation: Json) -> Json:
    """The content of the first status of success; there is one of each."""
    responses = operation["responses"]
    first = min(status for status in responses if status.startswith("2"))
    content: Json = next(iter(responses[first]["content"].values()))
    return content
