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
