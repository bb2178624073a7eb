"""What must survive a restart."""

from connector.store.database import DatabaseStore, open_store
from connector.store.opening import done_before

__all__ = ["DatabaseStore", "done_before", "open_store"]
