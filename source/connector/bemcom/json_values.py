"""Values of any kind as JSON that BEMCom's services can store.

NaN and infinities are null, numbers stay numbers (contract: bemcom, section 2).
"""

from __future__ import annotations

import math
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def dumps(value: object) -> bytes:
    """JSON text.

    Raises:
        TypeError: there is no JSON for it, as for bytes.
    """
    return orjson.dumps(value, _default, _OPTIONS)


def _default(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return list(value)
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
