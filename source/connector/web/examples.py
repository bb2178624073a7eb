"""Examples of bodies and answers, for the API's own description."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

_WHEN = "2026-01-31T12:00:00Z"
_SOON = "2026-01-31T13:00:00Z"
_SERIAL = "3f9a1c5b7d2e4f60"
_CORRELATION = "0f8fad5bd9cb469f"
_POWER = "Power.Active.Import"
_PEM = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmg..\n-----END CERTIFICATE-----\n"
_CRL = "-----BEGIN X509 CRL-----\nMIIBHjCBxAIB..\n-----END X509 CRL-----\n"
_KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG..\n-----END PRIVATE KEY-----\n"
_TOKEN = {
    "id": "04A2B3C4",
    "type": "any",
    "status": "Accepted",
    "expiry": None,
    "group": None,
    "note": "Anna's card",
    "language": None,
    "max_active": None,
    "source": "api",
    "versions": ["1.6", "2.0.1", "2.1"],
}
_SEEN = {
    "id": "04D5E6F7",
    "type": "any",
    "station": "CP-7",
    "where": "1",
    "first": _WHEN,
    "last": _SOON,
    "times": 2,
}
_ROWS = {"transactions": 1200, "samples": 90000, "history": 500000}
_BACKUP = {
    "file": "/data/backups/connector-20260131T120000Z.tar.gz",
    "bytes": 4_194_304,
    "made": _WHEN,
}
_TRANSACTION = {
    "key": "01KFQ5T6V7W8X9Y0Z1A2B3C4D5",
    "id": "17",
    "station": "CP-7",
    "where": "1",
    "token": "04A2B3C4",
    "token_type": None,
    "start": _WHEN,
    "stop": _SOON,
    "reason": "EVDisconnected",
    "meter_start": 120_000.0,
    "meter_stop": 127_400.0,
    "energy": 7400.0,
    "unconfirmed_since": None,
}
_SAMPLE = {
    "timestamp": _WHEN,
    "values": {"Energy.Active.Import.Register": 120_000.0, _POWER: 7400.0},
}
_OUTCOME = {
    "outcome": "accepted",
    "detail": "",
    "response": {"status": "Accepted"},
    "correlation": _CORRELATION,
    "timestamp": 1769860800000,
    "duration_ms": 35,
}
_GIVEN = {
    "station": "CP-7",
    "where": "1",
    "command": "power_limit",
    "action": None,
    "value": 4140,
    "correlation": _CORRELATION,
    "stage": "in_force",
    "times": {
        "asked": "2026-01-31T11:59:59.965Z",
        "sent": "2026-01-31T11:59:59.970Z",
        "accepted": "2026-01-31T12:00:00.000Z",
        "in_force": "2026-01-31T12:00:07.120Z",
    },
    "outcome": _OUTCOME | {"kept": None},
    "seen": f"{_POWER} is 4100 W",
    "measured": {"name": _POWER, "value": 4100.0, "unit": "W"},
    "was_above": True,
    "failed": False,
    "file": None,
}
_UPLOAD = {"name": "20260131T120000Z-diag.zip", "size": 48213, "time": _WHEN}
_DATAPOINT = {
    "key": f"CP-7__1__{_POWER}",
    "value": 7400.0,
    "timestamp": _WHEN,
    "unit": "W",
}
_MESSAGE = {
    "number": 1500,
    "time": _WHEN,
    "station": "CP-7",
    "direction": "in",
    "kind": "CALL",
    "action": "Heartbeat",
    "id": "19223201",
    "latency_ms": None,
    "frame": [2, "19223201", "Heartbeat", {}],
    "note": None,
}
_RESERVATION = {
    "id": 4,
    "station": "CP-7",
    "where": "1",
    "token": "04A2B3C4",
    "token_type": "any",
    "group": None,
    "made": _WHEN,
    "expiry": _SOON,
    "status": "Accepted",
    "ended": None,
}
_CONFIGURATION = {
    "station": "CP-7",
    "ocpp_version": "1.6",
    "read": _WHEN,
    "items": [
        {
            "name": "MeterValueSampleInterval",
            "value": "60",
            "readonly": False,
            "is_secret": False,
            "attribute": "Actual",
        }
    ],
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
    "unprotected": False,
    "security_profile": 1,
    "least_security_profile": None,
    "boot": {"vendor": "ABB", "model": "Terra AC", "firmware_version": "1.8.32"},
    "direct_current": None,
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
    "version": "0.12.0",
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
        "dropped_last": None,
    },
    "store": {"location": "data/connector.sqlite", "writable": True},
    "stations": {
        "known": 3,
        "connected": 2,
        "pending": 1,
        "port": 9000,
        "tls_port": 0,
        "unknown": "pending",
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


def _page(item: Json, **more: Any) -> Json:
    return {"items": [item], "next": None, **more}


OF_SCHEMAS: dict[str, Any] = {
    "Accepted": {"correlation": _CORRELATION},
    "Certificate": _CERTIFICATE | {"revoked": _SOON, "reason": "key_compromise"},
    "CertificatePage": _page(
        _CERTIFICATE, days_left={"server": 80, "ca": 7000, "crl": 25}
    ),
    "Configuration": _CONFIGURATION,
    "ConnectorState": _CONNECTOR,
    "Decision": {
        "station": "CP-7",
        "outcome": "accepted",
        "detail": "is not connected; it is let in when it comes",
    },
    "Health": {
        "status": "ok",
        "broker": "connected",
        "store": "ok",
        "stations": 2,
    },
    "Index": {
        "version": "0.12.0",
        "paths": {"/api/v1/stations": ["GET"]},
        "reference": "/docs",
        "openapi": "/openapi.json",
    },
    "Issued": _CERTIFICATE
    | {"certificate": _PEM, "root": _PEM, "key": _KEY, "pkcs12": None},
    "IssuedServer": _CERTIFICATE
    | {
        "common_name": "cs.example.com",
        "station": None,
        "certificate_file": "/data/pki/server.pem",
        "key_file": "/data/pki/server.key",
    },
    "Live": {"status": "ok"},
    "NewBackup": _BACKUP | {"rows": _ROWS},
    "OutcomeView": _OUTCOME,
    "Page_Datapoint_": _page(_DATAPOINT),
    "Page_GivenCommand_": _page(_GIVEN),
    "Page_Message_": _page(_MESSAGE),
    "Page_PastValue_": _page({"timestamp": _WHEN, "value": 7400.0}),
    "Page_Reservation_": _page(_RESERVATION),
    "Page_StationView_": _page(_STATION),
    "Page_TokenView_": _page(_TOKEN),
    "Page_Transaction_": _page(_TRANSACTION),
    "Page_UploadedFile_": _page(_UPLOAD),
    "SeenTokenPage": _page(_SEEN, unknown="reject"),
    "StationView": _STATION,
    "StoreView": {
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
        "history_dropped_last": None,
        "backups": [_BACKUP],
    },
    "TokenView": _TOKEN,
    "Transaction": _TRANSACTION,
    "WholeCertificate": _CERTIFICATE | {"certificate": _PEM},
    "WholeTransaction": _TRANSACTION | {"samples": [_SAMPLE]},
}
"""By the schema of an answer: what it looks like."""
OF_BODIES: dict[str, Json] = {
    "CallRequest": {"action": "Reset", "payload": {"type": "Soft"}},
    "CommandRequest": {"value": 4140},
    "PasswordRequest": {"password": "sixteen-or-more-characters"},
    "Revocation": {"reason": "key_compromise"},
    "ServerRequest": {"hosts": ["cs.example.com", "192.168.1.10"]},
    "StationEntry": {"name": "North wall", "phases": 3, "max_current_a": 32},
    "StationRequest": {"station": "CP-7", "days": 365},
    "TokenBody": {"status": "Accepted", "note": "Anna's card"},
}
"""By the schema of a body: what can be sent."""
OF_TEXTS = {
    "/metrics": "ocpp_broker_connected 1.0\nocpp_store_writable 1.0\n",
    "/api/v1/transactions.csv": "\r\n".join(
        (
            ",".join(_TRANSACTION),
            ",".join(
                "" if each is None else str(each) for each in _TRANSACTION.values()
            ),
            "",
        )
    ),
    "/api/v1/messages.jsonl": json.dumps(_MESSAGE) + "\n",
    "/api/v1/stations/{station}/uploads/{name}": "2026-01-31T11:58:02Z booted\n",
    "/api/v1/pki/root": _PEM,
    "/api/v1/pki/crl": _CRL,
}
"""By path: answers that are no JSON."""


def add_to(paths: Json) -> None:
    """Put one in every body, and in every answer of success."""
    for path, item in paths.items():
        for operation in item.values():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                _give(body, OF_BODIES.get(_schema(body)))
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    _complete(path, response.get("content", {}))


def _complete(path: str, content: Json) -> None:
    for answer in content.values():
        _give(answer, OF_SCHEMAS.get(_schema(answer), OF_TEXTS.get(path)))


def _schema(content: Json) -> str:
    return str(content["schema"].get("$ref", "")).rpartition("/")[2]


def _give(content: Json, example: Any) -> None:
    if example is not None:
        content["example"] = example
