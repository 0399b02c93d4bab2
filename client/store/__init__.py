"""The only SQL of the client: one SQLite file per shop folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from client.store.schema import MIGRATIONS
from common.database import Database, open_database
from common.errors import InputError, OlderDatabase

DATABASE_NAME = "hansa.db"


@dataclass(frozen=True, slots=True)
class Store:
    """An open shop folder.

    Attributes:
        home: The folder: hansa.db, hansa.toml, keys/, league/, bundles/.
        db: Its database. Functions in `client.store.*` take the Store and hold the SQL.
    """

    home: Path
    db: Database

    @classmethod
    def open(cls, home: Path, *, read_only: bool = False, create: bool = False) -> Store:
        """Open a shop folder.

        Raises:
            InputError: there is no shop in the folder and `create` is False.
            StoreError: the database cannot be used (newer, busy, damaged).
        """
        path = home / DATABASE_NAME
        if not create and not path.exists():
            raise InputError(
                "There is no shop in this folder yet.",
                where=str(home),
                safe="Nothing was changed.",
                todo="Make one with: hansa init --home FOLDER --name 'My shop'",
            )
        try:
            return cls(home, open_database(path, MIGRATIONS, read_only=read_only))
        except OlderDatabase:
            # Looking at a shop after an update must not wait for the first command that writes.
            open_database(path, MIGRATIONS).close()
            return cls(home, open_database(path, MIGRATIONS, read_only=read_only))

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def __enter__(self) -> Store:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close on the way out."""
        self.close()
