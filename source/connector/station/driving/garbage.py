"""When Python looks for garbage in a process of many stations.

What a message needs lives until its answer is there: among thousands of stations that
are a few thousand objects at any time, none of them garbage. Python's own threshold of
700 has it look through them again and again, for a third of all processor time.
"""

from __future__ import annotations

from connector.sessions.garbage import leave_alone

MANY = 100
_YOUNG, _MIDDLE, _ALL = 100_000, 10, 100


def expect_many() -> None:
    """Have a process of `MANY` stations or more look less often."""
    leave_alone(_YOUNG, _MIDDLE, _ALL)
