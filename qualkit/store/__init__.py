"""Records and tables kept in a database: one SQLite file, or a PostgreSQL database."""

from qualkit.store.engine import is_address, shown
from qualkit.store.store import Change, Store

__all__ = ["Change", "Store", "is_address", "shown"]
