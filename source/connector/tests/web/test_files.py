"""`/files` over a real socket: uploads, downloads, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connector.csms.file_places import MOST_OF_A_STATION, FilePlaces
from connector.csms.options import FileOptions
from connector.tests.clock import FakeClock
from connector.tests.web.test_server import Facts
from connector.web.files import file_routes
from connector.web.server import HttpServer

LIMIT = 300_000
DAY_S = 86_400


@dataclass
class Place:
    """A server with its register of names, in a folder of its own."""

    data_dir: Path
    clock: FakeClock = field(default_factory=FakeClock)
    arrived: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        options = FileOptions(self.data_dir, max_upload_bytes=LIMIT)
        self.places = FilePlaces(options, self.clock)
        self.places.on_uploaded = lambda *found: self.arrived.append(found[:2])
        self.server = HttpServer(Facts(), "127.0.0.1", 0, self.places)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def firmware(self, name: str, content: bytes) -> None:
        path = self.data_dir / "firmware" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    @property
    def uploads(self) -> list[str]:
        found = (self.data_dir / "uploads").rglob("*")
        return sorted(p.relative_to(self.data_dir).as_posix() for p in found if p.is_file())  # fmt: skip


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(tmp_path)
    await place.server.start()
    yield place
    await place.server.stop()


@pytest.fixture
async def client(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=place.url, trust_env=False, verify=False
    ) as client:
        yield client


async def pieces(size: int, piece: int = 50_000) -> AsyncIterator[bytes]:
    """A body that says no length."""
    for start in range(0, size, piece):
        yield b"x" * min(piece, size - start)


# -- uploads


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("behind", "name"),
    [
        ("", "file"),
        ("/", "file"),
        ("/diag.zip", "diag.zip"),
        ("//diag.zip", "diag.zip"),
        ("/log/2026/diag.tar.gz", "diag.tar.gz"),
        ("/..%2f..%2fetc%2fpasswd", "passwd"),
        ("/%2e%2e", "file"),
        ("/.bashrc", "bashrc"),
        ("/a%20b%00c%C3%A9.zip", "a_b_c_.zip"),
    ],
)
async def test_what_is_uploaded_is_kept_under_the_station_s_name_for_it(
    place: Place, client: httpx.AsyncClient, method: str, behind: str, name: str
) -> None:
    one_time = await place.places.expect_upload("CP-7")

    answer = await client.request(method, f"/files/{one_time}{behind}", content=b"log")

    assert answer.status_code == 200
    assert place.uploads == [f"uploads/CP-7/20260131T120000Z-{name}"]
    assert (place.data_dir / place.uploads[0]).read_bytes() == b"log"
    assert place.arrived == [("CP-7", place.uploads[0])]


async def test_a_form_with_a_file_is_an_upload(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    content = b"a\r\n--b\r\n" * 20_000
    form = {"note": (None, "for people"), "upload": ("diag.zip", content), "more": ("b.zip", b"b")}  # fmt: skip

    answer = await client.post(f"/files/{one_time}/", files=form)

    assert answer.status_code == 200
    assert place.uploads == ["uploads/CP-7/20260131T120000Z-diag.zip"]
    assert (place.data_dir / place.uploads[0]).read_bytes() == content


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + 300 * "b", b"x"),
        ("multipart/form-data; boundary=b", b"rubbish"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"x" * 9000 + b": y\r\n\r\nz"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nx'),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n\r\n--b--\r\n'),
        ("application/octet-stream", b""),
    ],
)  # fmt: skip
async def test_what_holds_no_file_is_refused_and_can_be_repeated(
    place: Place, client: httpx.AsyncClient, kind: str, body: bytes
) -> None:
    one_time = await place.places.expect_upload("CP-7")

    answer = await client.put(
        f"/files/{one_time}", content=body, headers={"content-type": kind}
    )

    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert place.uploads == []
    again = await client.put(f"/files/{one_time}", content=b"log")
    assert again.status_code == 200


async def test_a_part_of_a_file_is_not_taken_for_the_whole(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time = await place.places.expect_upload("CP-7")

    answer = await client.put(
        f"/files/{one_time}", content=b"x", headers={"content-range": "bytes 5-5/9"}
    )

    assert answer.status_code == 400
    assert place.uploads == []


async def test_what_says_that_it_is_too_large_is_not_even_read(place: Place) -> None:
    one_time = await place.places.expect_upload("CP-7")
    reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
    writer.write(
        f"PUT /files/{one_time} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        f"Content-Length: {LIMIT + 1}\r\n\r\n".encode()
    )

    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")

    writer.close()
    await writer.wait_closed()
    assert place.uploads == []


@pytest.mark.parametrize("is_form", [False, True])
async def test_what_is_too_large_and_does_not_say_so_is_removed(
    place: Place, client: httpx.AsyncClient, is_form: bool
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    url = f"/files/{one_time}"

    if is_form:
        form = {"f": ("f.zip", b"x" * (LIMIT + 100_000))}
        answer = await client.post(url, files=form)
    else:
        answer = await client.put(url, content=pieces(LIMIT + 1))

    assert answer.status_code == 413
    assert str(LIMIT) in answer.json()["detail"]
    assert place.uploads == []
    assert (await client.put(url, content=pieces(LIMIT))).status_code == 200
    assert (place.data_dir / place.uploads[0]).stat().st_size == LIMIT


async def test_an_upload_that_breaks_off_leaves_nothing_and_may_be_repeated(
    place: Place, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    ended = asyncio.Event()
    end = place.places.end_upload

    async def note_end(*arguments: object) -> None:
        await end(*arguments)  # type: ignore[arg-type]
        ended.set()

    place.places.end_upload = note_end  # type: ignore[method-assign]
    _, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
    writer.write(
        f"PUT /files/{one_time} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(10):
        await ended.wait()

    assert place.uploads == []
    assert place.arrived == []
    assert "CP-7: its upload is not taken: it ended after" in caplog.text
    assert (await client.put(f"/files/{one_time}", content=b"x")).status_code == 200


async def test_a_station_that_sends_nothing_more_is_given_up(place: Place) -> None:
    app = FastAPI()
    app.include_router(file_routes(place.places, idle_timeout_s=0.01))
    one_time = await place.places.expect_upload("CP-7")
    never = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        await never.wait()

    async def call(scope, receive, send):  # type: ignore[no-untyped-def]
        sent = iter([{"type": "http.request", "body": b"x", "more_body": True}])

        async def hear():  # type: ignore[no-untyped-def]
            found = next(sent, None)
            return found if found is not None else await never.wait()

        await app(scope, hear, send)

    transport = httpx.ASGITransport(call)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.put(f"/files/{one_time}", content=body())

    assert answer.status_code == 408
    assert place.uploads == []


async def test_a_name_is_good_for_one_upload(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    url = f"/files/{one_time}/diag.zip"

    assert (await client.put(url, content=b"1")).status_code == 200
    assert (await client.put(url, content=b"2")).status_code == 404

    assert len(place.uploads) == 1


@pytest.mark.parametrize("is_form", [False, True])
async def test_who_lost_our_answer_may_send_the_same_once_more(
    place: Place, client: httpx.AsyncClient, is_form: bool
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    url = f"/files/{one_time}/diag.zip"
    content = b"log" * 100_000

    async def send(content: bytes) -> int:
        if is_form:
            answer = await client.post(url, files={"f": ("d.zip", content)})
        else:
            answer = await client.put(url, content=content)
        return answer.status_code

    assert await send(content) == 200
    [file] = place.uploads
    for _ in range(2):
        assert await send(content) == 200
    for other in (content[:-1], content + b"x", b"LOG" * 100_000):
        assert await send(other) == 404

    assert place.uploads == [file]
    assert place.arrived == [("CP-7", file)]
    assert (await client.get(url)).status_code == 404


async def test_what_came_may_come_again_after_a_restart_until_it_expires(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    await client.put(f"/files/{one_time}", content=b"1")

    await place.places.load({"CP-7"})

    assert (await client.put(f"/files/{one_time}", content=b"1")).status_code == 200
    place.clock.advance(DAY_S)
    assert (await client.put(f"/files/{one_time}", content=b"1")).status_code == 404
    assert len(place.uploads) == 1


def is_problem(answer: httpx.Response, status: int, *words: str) -> bool:
    """Whether it is one of RFC 9457 that says these words."""
    body = answer.json()
    assert answer.status_code == body["status"] == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail"}
    assert all(word in body["detail"] for word in words), body
    return True


async def test_what_goes_wrong_is_a_problem_that_says_what_to_do(
    place: Place, client: httpx.AsyncClient
) -> None:
    place.firmware("fw.bin", b"123")
    up = f"/files/{await place.places.expect_upload('CP-7')}"
    name, _ = await place.places.offer_firmware("CP-7", "fw.bin")
    down = f"/files/{name}/fw.bin"
    large, ranges = b"x" * (LIMIT + 1), {"range": "bytes=9-"}

    assert is_problem(await client.get("/files/x"), 404, "get_log", "new one")
    assert is_problem(await client.put("/files/x", content=b"1"), 404, "get_log")
    assert is_problem(await client.get("/nothing"), 404, "/health")
    assert is_problem(await client.get(up), 405, "GET is not for this: PUT, POST")
    assert is_problem(await client.put(down), 405, "PUT is not for this: GET, HEAD")
    assert is_problem(await client.delete(up), 405, "DELETE")
    assert is_problem(await client.put(up, content=large), 413, "MAX_UPLOAD_BYTES")
    assert is_problem(await client.put(up, content=b""), 400, "empty")
    refused = await client.get(down, headers=ranges)
    assert is_problem(refused, 416, "without Range")
    assert refused.headers["content-range"] == "bytes */3"
    wrong = await client.get(down, headers={"range": "bits=1-2"})
    assert is_problem(wrong, 400, "without Range")
    rmtree(place.data_dir / "uploads")
    (place.data_dir / "uploads").write_text("in the way")
    assert is_problem(await client.put(up, content=b"1"), 507, "DATA_DIR", "directory")


async def test_a_mistake_of_ours_is_a_problem_too(
    place: Place, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> None:
        raise ZeroDivisionError("secret")

    place.places.find = fail  # type: ignore[method-assign]

    answer = await client.get("/files/x")

    assert is_problem(answer, 500, "log")
    assert "secret" not in answer.text


async def test_a_station_that_begins_anew_is_not_held_up_by_what_it_gave_up(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    url = f"/files/{one_time}"
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()
    begin = place.places.begin_upload

    def note_begin(*arguments: Any) -> Any:
        has_begun.set()
        return begin(*arguments)

    async def halting() -> AsyncIterator[bytes]:
        yield b"1"
        await may_go_on.wait()
        yield b"1"

    place.places.begin_upload = note_begin  # type: ignore[method-assign]
    older = asyncio.create_task(client.put(url, content=halting()))
    await has_begun.wait()
    assert (await client.put(url, content=b"2")).status_code == 200
    may_go_on.set()

    assert (await older).status_code == 409
    assert len(place.uploads) == 1
    assert (place.data_dir / place.uploads[0]).read_bytes() == b"2"


async def test_two_uploads_of_one_second_do_not_overwrite_each_other(
    place: Place, client: httpx.AsyncClient
) -> None:
    for content in (b"1", b"2"):
        one_time = await place.places.expect_upload("CP-7")
        await client.put(f"/files/{one_time}/a.zip", content=content)

    assert place.uploads == [
        "uploads/CP-7/20260131T120000Z-2-a.zip",
        "uploads/CP-7/20260131T120000Z-a.zip",
    ]


async def test_a_station_s_identity_never_leads_out_of_the_folder(
    place: Place, client: httpx.AsyncClient
) -> None:
    for identity in ("..", "%2E", "x" * 250):
        one_time = await place.places.expect_upload(identity)
        await client.put(f"/files/{one_time}/a", content=b"1")

    folders = sorted(path.name for path in (place.data_dir / "uploads").iterdir())
    assert folders[:2] == ["%252E", "%2E%2E"]
    assert [len(name) for name in folders[2:]] == [217]
    assert len(place.uploads) == 3


async def test_a_disk_that_takes_nothing_is_said_and_the_name_stays(
    place: Place, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    (place.data_dir / "uploads").write_text("in the way")

    answer = await client.put(f"/files/{one_time}", content=b"1")

    assert answer.status_code == 507
    assert "CP-7: its upload" in caplog.text
    (place.data_dir / "uploads").unlink()
    assert (await client.put(f"/files/{one_time}", content=b"1")).status_code == 200


# -- downloads


@pytest.fixture
def _firmware(place: Place) -> Iterator[None]:
    place.firmware("v2/fw.bin", b"0123456789")
    yield


@pytest.mark.usefixtures("_firmware")
async def test_a_download_may_be_repeated_and_resumed(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time, name = await place.places.offer_firmware("CP-7", "v2/fw.bin")
    url = f"/files/{one_time}/{name}"

    whole = await client.get(url)
    rest = await client.get(url, headers={"range": "bytes=4-"})
    beyond = await client.get(url, headers={"range": "bytes=10-"})
    head = await client.head(url)

    assert (whole.status_code, whole.content, name) == (200, b"0123456789", "fw.bin")
    assert (rest.status_code, rest.content) == (206, b"456789")
    assert rest.headers["content-range"] == "bytes 4-9/10"
    assert beyond.status_code == 416
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "10"
    assert head.headers["accept-ranges"] == "bytes"


@pytest.mark.usefixtures("_firmware")
@pytest.mark.parametrize(
    "file",
    ["", ".", "nothing.bin", "v2", "../firmware", "../secret", "/etc/passwd", "v2/../../secret", "a\0b", "x" * 5000, "link"],
)  # fmt: skip
async def test_only_files_of_the_firmware_folder_are_offered(
    place: Place, file: str
) -> None:
    (place.data_dir / "secret").write_text("s3cret")
    (place.data_dir / "firmware" / "link").symlink_to(place.data_dir / "secret")
    place.firmware("fw.bin", b"1")

    with pytest.raises(FileNotFoundError, match=r"has fw\.bin"):
        await place.places.offer_firmware("CP-7", file)


@pytest.mark.usefixtures("_firmware")
async def test_firmware_that_was_removed_is_not_there(
    place: Place, client: httpx.AsyncClient
) -> None:
    one_time, _ = await place.places.offer_firmware("CP-7", "v2/fw.bin")
    (place.data_dir / "firmware/v2/fw.bin").unlink()

    assert (await client.get(f"/files/{one_time}")).status_code == 404


# -- names


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST"])
@pytest.mark.parametrize("path", ["", "/", "/x", "/x/y", "/..", "/names.json", "/%2e%2e/secret"])  # fmt: skip
async def test_what_nobody_was_told_is_not_there(
    place: Place, client: httpx.AsyncClient, method: str, path: str
) -> None:
    await place.places.expect_upload("CP-7")

    answer = await client.request(method, f"/files{path}")

    assert answer.status_code in (404, 307)
    assert place.uploads == []


@pytest.mark.usefixtures("_firmware")
async def test_a_name_serves_one_purpose(
    place: Place, client: httpx.AsyncClient
) -> None:
    upload = await place.places.expect_upload("CP-7")
    download, _ = await place.places.offer_firmware("CP-7", "v2/fw.bin")

    get, put = await client.get(f"/files/{upload}"), await client.put(f"/files/{download}")  # fmt: skip

    assert (get.status_code, get.headers["allow"]) == (405, "PUT, POST")
    assert (put.status_code, put.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.usefixtures("_firmware")
@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "TRACE", "BREW"])
async def test_whatever_is_not_for_a_name_hears_what_is(
    place: Place, client: httpx.AsyncClient, method: str
) -> None:
    upload = await place.places.expect_upload("CP-7")
    download, _ = await place.places.offer_firmware("CP-7", "v2/fw.bin")

    up = await client.request(method, f"/files/{upload}")
    down = await client.request(method, f"/files/{download}/fw.bin")
    nothing = await client.request(method, "/files/x")

    assert (up.status_code, up.headers["allow"]) == (405, "PUT, POST")
    assert (down.status_code, down.headers["allow"]) == (405, "GET, HEAD")
    assert nothing.status_code == 404


@pytest.mark.usefixtures("_firmware")
async def test_names_end_after_a_day(place: Place, client: httpx.AsyncClient) -> None:
    upload = await place.places.expect_upload("CP-7")
    download, _ = await place.places.offer_firmware("CP-7", "v2/fw.bin")
    later = await place.places.expect_upload("CP-7", later_s=3600)

    place.clock.advance(DAY_S)

    assert (await client.put(f"/files/{upload}", content=b"1")).status_code == 404
    assert (await client.get(f"/files/{download}")).status_code == 404
    assert (await client.put(f"/files/{later}", content=b"1")).status_code == 200


async def test_names_are_long_and_no_two_are_the_same(place: Place) -> None:
    names = {await place.places.expect_upload("CP-7") for _ in range(10)}

    assert len(names) == 10
    assert all(len(name) >= 22 for name in names)


async def test_a_station_has_a_bounded_number_of_names(place: Place) -> None:
    first = await place.places.expect_upload("CP-7")
    other = await place.places.expect_upload("CP-8")
    names = [await place.places.expect_upload("CP-7") for _ in range(MOST_OF_A_STATION)]

    assert place.places.find(first) is None
    assert all(place.places.find(name) for name in [other, *names])


async def test_names_hold_over_a_restart_and_stand_nowhere(
    place: Place, tmp_path: Path
) -> None:
    one_time = await place.places.expect_upload("CP-7")
    gone = await place.places.expect_upload("CP-8")
    (tmp_path / "uploads/CP-7").mkdir(parents=True)
    (tmp_path / "uploads/CP-7/.0a.part").write_bytes(b"half")
    texts = [path.read_text() for path in (tmp_path / "files").iterdir()]
    again = Place(tmp_path)

    await again.places.load({"CP-7"})

    assert again.places.find(one_time) is not None
    assert again.places.find(gone) is None
    assert not any(one_time in text for text in texts)
    assert again.uploads == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 5}', '{"a": {"kind": "upload"}}'])  # fmt: skip
async def test_a_broken_file_of_names_keeps_nobody_out(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/names.json").write_text(text)
    place = Place(tmp_path)

    await place.places.load({"CP-7"})

    assert "names are lost" in caplog.text
    assert place.places.find(await place.places.expect_upload("CP-7"))


async def test_a_forgotten_station_has_no_names(place: Place) -> None:
    one_time = await place.places.expect_upload("CP-7")

    place.places.forget_station("CP-7")

    assert place.places.find(one_time) is None
