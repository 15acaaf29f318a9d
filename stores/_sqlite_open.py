"""Opening a database: the lock that keeps a second process away, connections, numbered migrations."""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import StoreDown

MIGRATIONS = Path(__file__).with_name("migrations")
_AUTOCHECKPOINT_PAGES = 1000
_BACKUP_PAGES = 1024  # copied at once; who writes goes on in between

OnStep = Callable[[str], None]


class Connection(sqlite3.Connection):
    """A connection that can tell, before each statement, that it is about to run it: for tests of crashes."""

    on_step: OnStep | None = None

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if self.on_step is not None:
            self.on_step(sql)
        return super().execute(sql, *rest)

    def executemany(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if self.on_step is not None:
            self.on_step(sql)
        return super().executemany(sql, *rest)

    def executescript(self, sql: str) -> sqlite3.Cursor:
        if self.on_step is not None:
            self.on_step("script")
        return super().executescript(sql)


def lock(path: Path) -> int:
    """Take the database for this process until `unlock`; raises `StoreDown` if it is taken."""
    try:
        held = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreDown(f"cannot open {path}.lock: {error.strerror}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise StoreDown(f"another process is serving {path}; one database has one server") from error
    return held


def unlock(held: int) -> None:
    os.close(held)


def writing(path: Path, on_step: OnStep | None = None) -> Connection:
    """The connection that writes, with the schema brought up to date."""
    try:
        connection = connect(path)
        connection.on_step = on_step
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_AUTOCHECKPOINT_PAGES}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA cache_size = -16384")
        migrate(connection, path)
        connection.execute("UPDATE hook SET until = 0 WHERE until > 0")  # who kept them is dead: one file, one process
    except sqlite3.Error as error:
        raise StoreDown(f"cannot open {path}: {error}") from error
    return connection


def reading(path: Path) -> Connection:
    connection = _connect(f"file:{_quoted(path)}?mode=ro")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -4096")
    return connection


def connect(path: Path) -> Connection:
    """One that may write; the file is made if there is none."""
    return _connect(f"file:{_quoted(path)}?mode=rwc")


def _connect(uri: str) -> Connection:
    # Each thread uses a connection of its own, but another thread may close it at the end.
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
        cached_statements=256,
    )


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def migrate(connection: sqlite3.Connection, path: Path, scripts: Path = MIGRATIONS) -> None:
    """Run what is missing, each script in its own transaction; raises `StoreDown` for a newer database."""
    steps = {int(script.name[:4]): script for script in sorted(scripts.glob("[0-9]*.sql"))}
    at = schema_version(connection)
    newest = max(steps)
    if at > newest:
        raise StoreDown(
            f"{path} was written by a newer version (its schema is {at}, this one knows {newest}): upgrade first"
        )
    for number in sorted(step for step in steps if step > at):
        script = steps[number].read_text(encoding="utf-8")
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def empty_log(path: Path) -> None:
    """Work the log into the database and cut it to nothing; what a reader still holds stays for the next time."""
    connection = connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def same_version(path: Path) -> None:
    """Raises `StoreDown` unless the database is one, and of this version: reading brings none up to date."""
    newest = max(int(script.name[:4]) for script in MIGRATIONS.glob("[0-9]*.sql"))
    try:
        connection = reading(path)
        try:
            at = schema_version(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreDown(f"cannot open {path}: {error}") from error
    if at != newest:
        by, then = ("a newer", "upgrade first") if at > newest else ("an older", "migrate first")
        raise StoreDown(f"{path} was written by {by} version (its schema is {at}, this one knows {newest}): {then}")


def schema_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def copy(source: Path, target: Path) -> None:
    """A consistent copy, made while the source is written; it takes its name only once it is whole."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    reader = reading(source)
    writer = sqlite3.connect(partial)
    try:
        # One read transaction holds one state of the database, so that writers cannot make the copy start over.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        reader.backup(writer, pages=_BACKUP_PAGES)
    finally:
        writer.close()
        reader.close()
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(target)
