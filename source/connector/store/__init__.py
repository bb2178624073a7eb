"""What must survive a restart."""

from connector.store.database import DatabaseStore, open_store

__all__ = ["DatabaseStore", "open_store"]
