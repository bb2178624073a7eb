"""Screenshots as PNG of 256 colours: a third of the size, and nobody sees it."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.async_api import Page

# The colours that are used most; all others become the nearest of them.
_QUANTIZE = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const chosen = [];
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const far = (a, b) => a.reduce((sum, each, at) => sum + (each - b[at]) ** 2, 0);
  // Shades that are near to one that is there already would crowd out rare colours.
  for (const least of [150, 60, 12, 0])
    for (const [pixel] of [...counts].sort((a, b) => b[1] - a[1])) {
      if (chosen.length === 256) break;
      const one = parts(pixel);
      if (chosen.every((other) => far(one, other) > least)) chosen.push(one);
    }
  const exact = new Map(chosen.map((one, at) => [one.join(), at]));
  const nearest = (one) => {
    let [least, best] = [Infinity, 0];
    for (const [at, other] of chosen.entries()) {
      const distance = far(one, other);
      if (distance < least) [least, best] = [distance, at];
    }
    return best;
  };
  const near = new Map();
  for (const pixel of counts.keys()) {
    const one = parts(pixel);
    near.set(pixel, exact.get(one.join()) ?? nearest(one));
  }
  const places = Uint8Array.from(pixels, (pixel) => near.get(pixel));
  let text = "";
  for (let at = 0; at < places.length; at += 32768)
    text += String.fromCharCode(...places.subarray(at, at + 32768));
  return { width, height, colors: chosen.flat(), places: btoa(text) };
}"""


async def reduced(page: Page, png: bytes) -> bytes:
    """The same picture with a palette; ``page`` does the work."""
    encoded = base64.b64encode(png).decode()
    found = await page.evaluate(_QUANTIZE, encoded)
    places = base64.b64decode(found["places"])
    width, height = found["width"], found["height"]
    rows = (places[at : at + width] for at in range(0, len(places), width))
    lines = b"".join(b"\0" + row for row in rows)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["colors"])),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
