"""The file in a multipart/form-data body (RFC 7578), piece by piece.

Starlette's own forms hold or spool the whole body before anybody may refuse it.
"""

from __future__ import annotations

from http import HTTPStatus

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from connector.csms.uploads import UploadRefused

MULTIPART = b"multipart/form-data"


def boundary_of(content_type: str) -> bytes | None:
    """The boundary of a form with files; None: the body is the file itself.

    Raises:
        UploadRefused: it is such a form, and says no boundary.
    """
    kind, options = parse_options_header(content_type)
    if kind != MULTIPART:
        return None
    boundary = options.get(b"boundary")
    if not boundary:
        raise UploadRefused(HTTPStatus.BAD_REQUEST, "the form says no boundary")
    return boundary


class FormFile:
    """Takes the body, gives the bytes of the first file in it; the rest is skipped."""

    def __init__(self, boundary: bytes) -> None:
        self.name = ""
        self._found = bytearray()
        self._field = b""
        self._value = b""
        self._disposition = b""
        self._is_in_file = False
        self._has_file = False
        self._is_complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._take_field,
                    "on_header_value": self._take_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._decide,
                    "on_part_data": self._take_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as problem:
            raise UploadRefused(HTTPStatus.BAD_REQUEST, str(problem)) from None

    def feed(self, data: bytes) -> bytes:
        """What of the file is in the next piece of the body.

        Raises:
            UploadRefused: the body is no such form.
        """
        try:
            self._parser.write(data)
        except FormParserError as problem:
            raise UploadRefused(HTTPStatus.BAD_REQUEST, str(problem)) from None
        found, self._found = bytes(self._found), bytearray()
        return found

    def finish(self) -> None:
        """The body is over.

        Raises:
            UploadRefused: it was cut short, or there was no file in it.
        """
        if not self._is_complete:
            raise UploadRefused(HTTPStatus.BAD_REQUEST, "the form is cut short")
        if not self._has_file:
            raise UploadRefused(HTTPStatus.BAD_REQUEST, "there is no file in the form")

    # -- called by the parser, which bounds headers

    def _begin(self) -> None:
        self._field = self._value = self._disposition = b""

    def _take_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _decide(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if name is None or self._has_file:
            return
        self._has_file = self._is_in_file = True
        self.name = name.decode("utf-8", "replace")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_in_file:
            self._found += data[start:end]

    def _end_part(self) -> None:
        self._is_in_file = False

    def _end(self) -> None:
        self._is_complete = True
