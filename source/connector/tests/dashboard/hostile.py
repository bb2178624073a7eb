"""What nobody should type, and somebody will."""

from __future__ import annotations

SCRIPT = "<script>alert('script')</script>"
IMAGE = "<img src=x onerror=alert('image')>"
MARKUP = f"\"'>{SCRIPT}{IMAGE}<b>bold</b>{{{{7*7}}}}${{7*7}}"
HUGE = "x" * 100_000

TYPED = {
    "empty": "",
    "markup": MARKUP,
    "huge": HUGE,
    "another-type": "{[true, -1e999, null",
    "odd-letters": "\u202e\u0000 ü 漢 🔌 ../../%2F\r\n",
}

NUMBERS = {
    "empty": "",
    "markup": "-1",
    "huge": "1e308",
    "another-type": "0.5",
    "odd-letters": "-0",
}
TIMES = {
    "empty": "",
    "markup": "0001-01-01T00:00",
    "huge": "275760-09-13T00:00",
    "another-type": "1969-12-31T23:59",
    "odd-letters": "9999-12-31T23:59:59.999",
}
"""What fields take that take no text, by the same kinds."""
