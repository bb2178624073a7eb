"""`get_log` and `update_firmware`: what is sent, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from connector.csms.file_places import FilePlace
from connector.csms.options import FileOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.profile_template import ProfileTemplate
from connector.errors import RemoteProtocolError
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]
TIME = "TIME"
NOW = "2026-01-31T12:00:00Z"
DAY_MS = 86_400_000
SIGNED = {"signature": "c2ln", "signingCertificate": "cert"}


class Desk:
    """Commands of a central system with a station that agrees to everything."""

    def __init__(self, data_dir: Path, **files: Any) -> None:
        options = FileOptions(data_dir, **{"http_host": "0.0.0.0"} | files)
        self.data_dir = data_dir
        self.store = MemoryStore()
        self.system = Harness(self.store, files=options)
        central = self.system.central
        self.files = central.blocks.files
        self.files.port = 8080
        context = Context(None, "remote", ProfileTemplate(), central.blocks)  # type: ignore[arg-type]
        self.commands = Commands(
            central.stations, context, self.system.clock, self.system.facts.append
        )

    async def connect(self, **answers: Any) -> StationEnd:
        agreed = {"status": "Accepted"}
        end = await self.system.connect(
            **{
                "GetDiagnostics": {"fileName": "diag.zip"},
                "GetLog": {"status": "Accepted", "filename": "log.zip"},
                "UpdateFirmware": {},
                "SignedUpdateFirmware": agreed,
            }
            | answers
        )
        session = self.system.station().session
        assert session is not None
        session.link.reached_at = "192.0.2.7"
        return end

    async def run(self, name: str, value: object) -> Outcome:
        return await self.commands.execute(Order(NAME, "0", name, value))

    def opened(self, url: str) -> FilePlace | None:
        """What the name in a URL opens."""
        return self.files.find(urlsplit(url).path.split("/")[2])

    def firmware(self, name: str) -> None:
        path = self.data_dir / "firmware" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"firmware")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    await desk.system.central.start()
    yield desk
    await desk.system.close()


# -- get_log


@pytest.mark.parametrize("value", [None, "null", {}, "{}"])
async def test_diagnostics_come_to_our_own_place(desk: Desk, value: object) -> None:
    end = await desk.connect()

    outcome = await desk.run("get_log", value)

    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "diag.zip")
    [payload] = end.asked("GetDiagnostics")
    url = payload.pop("location")
    assert payload == {}
    assert re.fullmatch(r"http://192\.0\.2\.7:8080/files/[\w-]{22,}/", url)
    now_ms = desk.system.clock.now_ms()
    assert desk.opened(url) == FilePlace("upload", NAME, now_ms + DAY_MS)


async def test_what_is_asked_for_is_asked_for(desk: Desk) -> None:
    end = await desk.connect()
    wanted = {"startTime": NOW, "stopTime": NOW, "retries": 3, "retryInterval": 600}

    await desk.run("get_log", wanted)

    [payload] = end.asked("GetDiagnostics")
    url = payload.pop("location")
    assert payload == wanted
    later_ms = desk.system.clock.now_ms() + DAY_MS + 1_800_000
    assert desk.opened(url) == FilePlace("upload", NAME, later_ms)


@pytest.mark.parametrize("location", ["ftp://user:s3cret@192.0.2.9/logs/", "https://x"])
async def test_a_place_of_theirs_is_used_as_it_is(desk: Desk, location: str) -> None:
    end = await desk.connect()

    outcome = await desk.run("get_log", {"location": location})

    assert end.asked("GetDiagnostics") == [{"location": location}]
    assert "s3cret" not in str(outcome)
    assert not list(desk.data_dir.iterdir())


async def test_a_station_that_has_nothing_says_so(desk: Desk) -> None:
    await desk.connect(GetDiagnostics={})

    outcome = await desk.run("get_log", None)

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert outcome.detail == "the station has nothing to upload"


async def test_a_security_log_comes_to_our_own_place(desk: Desk) -> None:
    end = await desk.connect()

    outcome = await desk.run("get_log", {"logType": "SecurityLog"})

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert outcome.detail == "requestId 1, log.zip"
    [payload] = end.asked("GetLog")
    url = payload["log"].pop("remoteLocation")
    assert payload == {"logType": "SecurityLog", "requestId": 1, "log": {}}
    assert desk.opened(url) is not None


@pytest.mark.parametrize(
    ("value", "log"),
    [
        ({"requestId": 9, "location": "ftp://x"}, {"remoteLocation": "ftp://x"}),
        (
            {"requestId": 9, "log": {"remoteLocation": "ftp://x"}, "startTime": NOW, "stopTime": NOW},
            {"remoteLocation": "ftp://x", "oldestTimestamp": NOW, "latestTimestamp": NOW},
        ),
    ],
)  # fmt: skip
async def test_members_of_get_diagnostics_mean_the_same_in_get_log(
    desk: Desk, value: Json, log: Json
) -> None:
    end = await desk.connect()

    await desk.run("get_log", value)

    assert end.asked("GetLog") == [
        {"logType": "DiagnosticsLog", "requestId": 9, "log": log}
    ]


async def test_ids_of_requests_are_ours_above_all_that_were_used(desk: Desk) -> None:
    desk.firmware("fw.bin")
    end = await desk.connect()
    theirs = {"action": "GetLog", "payload": {"logType": "SecurityLog", "requestId": 41, "log": {"remoteLocation": "ftp://x"}}}  # fmt: skip

    await desk.run("get_log", {"logType": "SecurityLog"})
    await desk.run("call", theirs)
    await desk.run("update_firmware", {"file": "fw.bin", "firmware": SIGNED})
    await desk.run("get_log", {"logType": "SecurityLog", "requestId": 7})
    await desk.run("get_log", {"logType": "SecurityLog"})

    ids = [payload["requestId"] for _, payload in end.calls if "requestId" in payload]
    assert ids == [1, 41, 42, 7, 43]
    await desk.system.central.registry.finish()
    assert desk.store.station_records[NAME].learned["request_id"] == 43


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("rubbish", "get_log"),
        ([], "get_log"),
        (5, "get_log"),
        ({"startTime": 5}, "startTime has the wrong type"),
        ({"log": []}, "log has the wrong type"),
        ({"log": {}, "logType": "Nonsense"}, "logType"),
        ({"requestId": "a"}, "requestId has the wrong type"),
        ({"nonsense": 1}, "not in the schema"),
        ({"location": 5}, "location has the wrong type"),
    ],
)
async def test_rubbish_is_invalid_and_nothing_is_sent(
    desk: Desk, value: object, text: str
) -> None:
    end = await desk.connect()

    outcome = await desk.run("get_log", value)

    assert outcome.outcome is OutcomeName.INVALID
    assert text in outcome.detail
    assert end.asked("GetDiagnostics") == end.asked("GetLog") == []


async def test_a_refusal_is_told_with_what_was_asked(desk: Desk) -> None:
    await desk.connect(GetLog={"status": "Rejected"})

    outcome = await desk.run("get_log", {"logType": "SecurityLog"})

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "Rejected, requestId 1"


async def test_an_error_is_one(desk: Desk) -> None:
    await desk.connect(GetDiagnostics=RemoteProtocolError("NotSupported"))

    assert (await desk.run("get_log", None)).outcome is OutcomeName.ERROR


async def test_nobody_is_asked_who_is_not_there(desk: Desk) -> None:
    for name, value in (("get_log", None), ("update_firmware", {"file": "x"})):
        outcome = await desk.run(name, value)
        assert outcome.outcome is OutcomeName.DISCONNECTED


# -- where the file is to go


@pytest.mark.parametrize("value", [None, {"logType": "SecurityLog"}])
@pytest.mark.parametrize(
    ("files", "port", "texts"),
    [
        ({}, 0, ["HTTP_PORT"]),
        ({"http_url": "https://x"}, 0, ["HTTP_PORT"]),
        ({"http_host": "127.0.0.1"}, 8080, ["HTTP_HOST", "HTTP_URL"]),
        ({"http_host": "localhost"}, 8080, ["HTTP_HOST", "HTTP_URL"]),
        ({"http_host": "::1"}, 8080, ["HTTP_HOST", "HTTP_URL"]),
    ],
)
async def test_a_station_that_cannot_reach_us_is_not_asked(
    tmp_path: Path, files: Json, port: int, texts: list[str], value: Json | None
) -> None:
    desk = Desk(tmp_path, **files)
    desk.files.port = port
    await desk.system.central.start()
    end = await desk.connect()

    outcome = await desk.run("get_log", value)
    theirs = await desk.run("get_log", {"location": "ftp://x"})

    assert outcome.outcome is OutcomeName.REJECTED
    assert all(text in outcome.detail for text in texts)
    assert end.asked("GetLog") == []
    assert theirs.outcome is OutcomeName.ACCEPTED
    await desk.system.close()


async def test_a_station_whose_way_nobody_knows_is_not_asked(desk: Desk) -> None:
    await desk.connect()
    session = desk.system.station().session
    assert session is not None
    session.link.reached_at = ""

    outcome = await desk.run("get_log", None)

    assert outcome.outcome is OutcomeName.REJECTED
    assert "HTTP_URL" in outcome.detail


@pytest.mark.parametrize(
    ("files", "remote", "begin"),
    [
        ({}, "198.51.100.1", "http://192.0.2.7:8080/files/"),
        ({"http_host": "127.0.0.1"}, "127.0.0.1", "http://127.0.0.1:8080/files/"),
        ({"http_host": "::1"}, "::1", "http://[::1]:8080/files/"),
        ({"http_host": "127.0.0.1"}, "192.0.2.7", "http://127.0.0.1:8080/files/"),
        ({"http_url": "https://a.example/b"}, "x", "https://a.example/b/files/"),
        ({"http_url": "https://a", "http_host": "127.0.0.1"}, "x", "https://a/files/"),
    ],
)
async def test_the_url_is_one_that_the_station_can_reach(
    tmp_path: Path, files: Json, remote: str, begin: str
) -> None:
    desk = Desk(tmp_path, **files)
    await desk.system.central.start()
    end = await desk.connect()
    session = desk.system.station().session
    assert session is not None
    session.link.remote_address = remote

    await desk.run("get_log", None)

    [payload] = end.asked("GetDiagnostics")
    assert payload["location"].startswith(begin)
    await desk.system.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("get_log", None), ("update_firmware", {"file": "fw.bin"})],
)
async def test_a_name_that_cannot_be_kept_is_not_told(
    desk: Desk, name: str, value: Json | None
) -> None:
    desk.firmware("fw.bin")
    (desk.data_dir / "files").write_text("in the way")
    end = await desk.connect()

    outcome = await desk.run(name, value)

    assert outcome.outcome is OutcomeName.ERROR
    assert "names.json" in outcome.detail
    assert end.asked("GetDiagnostics") == end.asked("UpdateFirmware") == []


# -- update_firmware


async def test_a_file_of_ours_is_offered_at_once(desk: Desk) -> None:
    desk.firmware("v2/fw 2.bin")
    end = await desk.connect()

    outcome = await desk.run("update_firmware", {"file": "v2/fw 2.bin"})

    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "")
    [payload] = end.asked("UpdateFirmware")
    url = payload.pop("location")
    assert payload == {"retrieveDate": NOW}
    assert re.fullmatch(r"http://192\.0\.2\.7:8080/files/[\w-]{22,}/fw%202\.bin", url)
    place = desk.opened(url)
    assert place is not None
    assert (place.kind, place.station, place.file) == ("download", NAME, "v2/fw 2.bin")


async def test_a_later_download_is_still_offered_then(desk: Desk) -> None:
    desk.firmware("fw.bin")
    end = await desk.connect()
    wanted = {"file": "fw.bin", "retrieveDate": "2026-02-10T12:00:00Z", "retries": 2, "retryInterval": 300}  # fmt: skip

    await desk.run("update_firmware", wanted)

    [payload] = end.asked("UpdateFirmware")
    url = payload.pop("location")
    assert payload == {k: v for k, v in wanted.items() if k != "file"}
    await desk.system.advance(10.5 * 86_400)
    assert desk.opened(url) is not None
    await desk.system.advance(86_400)
    assert desk.opened(url) is None


async def test_now_is_in_the_station_s_own_time(desk: Desk) -> None:
    end = await desk.connect()
    desk.system.station().clock_error_ms = -3_600_000

    await desk.run("update_firmware", {"location": "ftp://x/fw.bin"})

    assert end.asked("UpdateFirmware") == [
        {"location": "ftp://x/fw.bin", "retrieveDate": "2026-01-31T11:00:00Z"}
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"file": "fw.bin", "firmware": SIGNED},
        {"firmware": {**SIGNED, "file": "fw.bin"}},
        {"file": "fw.bin", "retrieveDate": NOW, "firmware": SIGNED},
    ],
)
async def test_signed_firmware_of_ours_is_offered(desk: Desk, value: Json) -> None:
    desk.firmware("fw.bin")
    end = await desk.connect()

    outcome = await desk.run("update_firmware", value)

    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "requestId 1")
    [payload] = end.asked("SignedUpdateFirmware")
    url = payload["firmware"].pop("location")
    assert payload == {"requestId": 1, "firmware": {**SIGNED, "retrieveDateTime": NOW}}
    assert desk.opened(url) is not None


async def test_signed_firmware_of_theirs_goes_out_as_it_is(desk: Desk) -> None:
    end = await desk.connect()
    payload = {
        "requestId": 5,
        "retries": 1,
        "firmware": {"location": "ftp://x", "retrieveDateTime": "2026-02-10T00:00:00Z", **SIGNED},
    }  # fmt: skip

    await desk.run("update_firmware", payload)

    assert end.asked("SignedUpdateFirmware") == [payload]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "JSON object"),
        ("rubbish", "JSON"),
        ({}, "location is missing"),
        ({"file": "nothing.bin"}, "'nothing.bin' is not there: firmware/ in DATA_DIR has fw.bin"),
        ({"file": "../connector.sqlite"}, "is not there"),
        ({"file": 5}, "file is not the name of a file, expected a text"),
        ({"file": "fw.bin", "location": "ftp://x"}, "expected one"),
        ({"location": "ftp://x", "retrieveDate": 5}, "retrieveDate has the wrong type"),
        ({"requestId": 1}, "is missing"),
        ({"firmware": []}, "firmware has the wrong type"),
        ({"file": "fw.bin", "firmware": {"signature": "x"}}, "signingCertificate is missing"),
        ({"file": "fw.bin", "nonsense": 1}, "not in the schema"),
    ],
)  # fmt: skip
async def test_firmware_that_is_not_there_is_invalid_and_nothing_is_sent(
    desk: Desk, value: object, text: str
) -> None:
    desk.firmware("fw.bin")
    end = await desk.connect()

    outcome = await desk.run("update_firmware", value)

    assert outcome.outcome is OutcomeName.INVALID
    assert text in outcome.detail
    assert end.asked("UpdateFirmware") == end.asked("SignedUpdateFirmware") == []


@pytest.mark.parametrize(
    "status", ["Rejected", "InvalidCertificate", "RevokedCertificate"]
)
async def test_a_refused_signature_is_told(desk: Desk, status: str) -> None:
    await desk.connect(SignedUpdateFirmware={"status": status})
    value = {"firmware": {"location": "ftp://x", **SIGNED}}

    outcome = await desk.run("update_firmware", value)

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == f"{status}, requestId 1"


# -- what arrives


async def test_what_has_arrived_is_told_with_its_path(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await desk.connect()

    desk.files.on_uploaded(NAME, "uploads/CP-7/x-diag.zip", "name")

    assert desk.system.newest("log_file", "0") == "uploads/CP-7/x-diag.zip"
    assert "CP-7: uploaded uploads/CP-7/x-diag.zip" in caplog.text


async def test_what_a_forgotten_station_uploads_is_no_datapoint(desk: Desk) -> None:
    desk.files.on_uploaded("gone", "uploads/gone/x", "name")

    assert desk.system.told("log_file", "0", "gone") == []


async def test_a_station_that_is_forgotten_has_no_names_any_more(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    await desk.system.central.start()
    name = await desk.files.expect_upload("other")
    end = await desk.system.connect("other")
    assert (await desk.system.central.forget("other"))[0] == "accepted"

    assert desk.files.find(name) is None
    await end.leave()
    await desk.system.close()


async def test_no_name_is_ever_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    end = await desk.connect()

    outcome = await desk.run("get_log", None)

    [payload] = end.asked("GetDiagnostics")
    name = payload["location"].split("/")[4]
    assert len(name) >= 22
    assert name not in caplog.text
    assert name not in str(outcome)


# -- times


@pytest.mark.parametrize("time", ["tomorrow", "", "2026-01-31", "2026-01-31T12:00:00"])
@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("update_firmware", {"file": "fw.bin", "retrieveDate": TIME}, "retrieveDate"),
        (
            "update_firmware",
            {"file": "fw.bin", "firmware": SIGNED | {"installDateTime": TIME}},
            "firmware.installDateTime",
        ),
        ("get_log", {"startTime": TIME}, "startTime"),
        ("get_log", {"stopTime": TIME}, "stopTime"),
        (
            "get_log",
            {"logType": "SecurityLog", "startTime": TIME},
            "log.oldestTimestamp",
        ),
        (
            "call",
            {
                "action": "GetDiagnostics",
                "payload": {"location": "ftp://x", "startTime": TIME},
            },
            "startTime",
        ),
    ],
)
async def test_a_text_that_is_no_time_is_invalid_and_nothing_is_sent(
    desk: Desk, name: str, value: Json, member: str, time: str
) -> None:
    desk.firmware("fw.bin")
    end = await desk.connect()

    written = orjson.dumps(value).decode().replace(TIME, time)
    outcome = await desk.run(name, written)

    assert outcome.outcome is OutcomeName.INVALID
    expected = f"{member} is no time with a zone, such as 2026-01-31T12:00:00Z"
    assert expected in outcome.detail
    assert not end.calls
