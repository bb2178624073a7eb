"""The reference page of all presets, made from their data.

``python -m connector.csms.preset_page > ../docs/reference/presets.md`` writes it (from
``source/``); a test holds it current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from connector.csms.presets import Preset, presets, shown

_INTRODUCTION = """\
# Presets

A preset is what stations of a brand need. It is found by what a station says of itself
in its BootNotification, applied before the station is configured, and logged once:

```
CP-7: preset wallbox (Wallbox Pulsar, Copper, Commander): profile.kind Relative, ..
```

What [`STATIONS`](../../README.md#stations-and-tokens) says of a station counts before
its preset, member by member; what neither says is as everywhere. `preset: none` turns
it off, `preset: <name>` fixes it. A preset makes `call_timeout_s` longer, never
shorter. Where `MEASURANDS` is empty, so that stations keep their own, presets set none
either.

The presets are tried from top to bottom. Vendor and model are regular expressions that
are looked for in `chargePointVendor` and `chargePointModel`, in any case of letters. A
preset without both is there by its name only. One that sets nothing says that nothing
is needed.

| name | brand | vendor | model | sets |
|---|---|---|---|---|
"""


def page(entries: Mapping[str, Preset] | None = None) -> str:
    """The whole page, as Markdown."""
    found = list((presets() if entries is None else entries).values())
    rows = "\n".join(map(_row, found))
    notes = "\n".join(map(_section, found))
    return f"{_INTRODUCTION}{rows}\n\n## Why, and where that is written\n\n{notes}"


def _row(preset: Preset) -> str:
    name = f"[`{preset.name}`](#{preset.name})"
    members = "<br>".join(map(_code, shown(preset.members))) or "nothing"
    cells = (name, preset.brand, *_match(preset), members)
    return f"| {' | '.join(cells)} |"


def _match(preset: Preset) -> tuple[str, str]:
    patterns = (preset.vendor, preset.model)
    if patterns == (None, None):
        return "by name", "by name"
    vendor, model = ("any" if each is None else _code(each) for each in patterns)
    return vendor, model


def _code(text: str) -> str:
    escaped = text.replace("|", r"\|")
    return f"`{escaped}`"


def _section(preset: Preset) -> str:
    source = "\n".join(f"- <{address}>" for address in preset.source)
    return f"### {preset.name}\n\n{preset.note}\n\n{source}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
