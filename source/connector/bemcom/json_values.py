"""Values of any kind as JSON that BEMCom's services can store.

NaN and infinities are null, numbers stay numbers (contract: bemcom, section 2).
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

_SUBCLASSED: tuple[type[Any], ...] = (int, float, str, dict, list, tuple)
_OPTIONS = (
    orjson.OPT_NON_STR_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
)


def dumps(value: object) -> bytes:
    """JSON text.

    Raises:
        TypeError: there is no JSON for it, as for bytes.
    """
    return orjson.dumps(value, _default, _OPTIONS)


def _default(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, Enum):
        return value.value
    for kind in _SUBCLASSED:
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
