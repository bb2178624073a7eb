"""Types of columns in all migrations: SQLite's stay as the first version made them."""

from __future__ import annotations

import sqlalchemy as sa

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
"""Sorted by code points; another collation may change with the system's libraries."""
WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""64 bits, as in SQLite."""
