"""The reference page of all actions, made from their table.

``python -m connector.datapoints.action_page > ../docs/reference/actions.md`` writes it
(from ``source/``); a test holds it current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from connector.datapoints.action_table import FATES, Fate

_INTRODUCTION = """\
# Actions

Every action of OCPP, and what becomes of it. What a station says becomes
[datapoints](datapoints.md). What a station is told comes from a command, or from the
connector itself; the command `call` and requests on `<connector>/request/..` send every
action of the station's version with the payload as it is given, and end in the same
outcomes. A station that is not adopted may do less: see
[Adopt stations](../how-to/adopt-stations.md).
"""


def page() -> str:
    """The whole page, as Markdown."""
    sections = [_INTRODUCTION]
    for version, (up, down) in FATES.items():
        sections.append(_section(f"OCPP {version}: from the station", "datapoints", up))
        sections.append(_section(f"OCPP {version}: to the station", "commands", down))
    return "\n".join(sections)


def _section(title: str, names: str, fates: Mapping[str, Fate]) -> str:
    head = [
        f"## {title} ({len(fates)})",
        "",
        f"| action | what becomes of it | {names} |",
    ]
    rows = [_row(action, fate) for action, fate in fates.items()]
    return "\n".join([*head, "|---|---|---|", *rows, ""])


def _row(action: str, fate: Fate) -> str:
    names = ", ".join(f"`{name}`" for name in fate.names)
    return f"| {action} | {fate.text} | {names} |"


if __name__ == "__main__":
    sys.stdout.write(page())
