"""How Home Assistant reads our plain scalars: its word for "unknown" is ``None``.

An empty message is what is left of a station that is forgotten: it comes before its
entities are gone.
"""

from __future__ import annotations

from connector.openmqtt.discovery.slugs import literal

_IF_KNOWN = "{{ 'None' if value in ('null', '') else "
SCALAR = f"{_IF_KNOWN}value }}}}"
TEXT = f"{_IF_KNOWN}value[:255] }}}}"
"""No state may be longer than 255 characters; a longer one would be refused."""
ATTRIBUTES = (
    "{{ value if value[:1] == '{' "
    "else '{\"items\": ' ~ value ~ '}' if value[:1] == '[' else '{}' }}"
)
"""Attributes are an object; a list becomes a member of one."""
OUTCOME = "{{ value_json.outcome if value_json is mapping else 'None' }}"
TRANSACTION = "{{ value_json.id if value_json is mapping else 'None' }}"
FAULTED = f"{_IF_KNOWN}'true' if value == 'Faulted' else 'false' }}}}"
AVAILABLE = f"{_IF_KNOWN}'false' if value == 'Unavailable' else 'true' }}}}"


def one_of(options: tuple[str, ...]) -> str:
    """The value where it is one of these words, else unknown."""
    listed = ", ".join(f"'{option}'" for option in options)
    return f"{{{{ value if value in [{listed}] else 'None' }}}}"


def between(least: float, most: float) -> str:
    """A number cut to what its entity may show; Home Assistant refuses any other."""
    return f"{_IF_KNOWN}[[value | float, {least:g}] | max, {most:.10g}] | min }}}}"


def event_of(station: str, where: str | None = None) -> str:
    """The event of one station, or of one of its connectors; nothing for others."""
    is_meant = f"value_json.station == {literal(station)}"
    if where is not None:
        is_meant += f" and value_json.where == {literal(where)}"
    return (
        f"{{% if {is_meant} %}}"
        "{{ dict(value_json, event_type=value_json.event) | tojson }}{% endif %}"
    )
