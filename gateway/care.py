"""What operators do from the command line: check, migrate, back up, restore, add people, change the key."""

import asyncio
import getpass
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

import connectors
import locales
from admin.area_secrets import SEALING, resealed
from api.auth import Auth
from api.directory import Directory
from api.documents import AgentDoc, Role
from api.levels import settings_of
from api.resealing import reseal
from api.vault import Vault
from core.errors import Error
from core.survey import Answers
from gateway.channels import Channels
from gateway.clock import SystemClock, uuid7
from gateway.config import BadConfiguration, Config, is_email
from gateway.files import Files
from gateway.ground import make_data, secret
from gateway.open_store import OpenStore, open_store, place
from gateway.wire import Network
from stores import move

DATABASE, EXPORT, MEDIA = "frontdesk.db", "frontdesk.jsonl", "media"


class CannotDo(Error):
    """A sentence for the operator."""


def _directory(store: OpenStore, vault: Vault) -> Directory:
    texts = locales.read()
    return Directory(
        store, vault, SystemClock(), connector_class=connectors.load,
        texts={tag: found.prompts for tag, found in texts.items()},
        answers=Answers.compile({tag: found.survey for tag, found in texts.items()}),
    )  # fmt: skip


async def check(config: Config) -> int:
    """Print what is right and what is not; 1 if anything is not."""
    print(f"configuration   ok: listens on {config.host}:{config.port}, providers call {config.public_url}")
    if config.database is not None and not config.database.exists():
        print(f"database        new: {config.database} is made at the first start")
        return 0
    vault = Vault.of(*secret(config))
    store = await open_store(config, read_only=True)
    network = Network(config.allow_private)
    await network.start()
    try:
        directory = _directory(store, vault)
        await directory.load()
        print(f"database        ok: {place(config)}, {await store.newest()} events")
        files = Files(config.data / MEDIA, config.public_url, vault, SystemClock(), uuid7(SystemClock().now))
        channels = Channels(directory, network, store, SystemClock(), files, config.public_url)
        bad = 0
        for id, doc in directory.channels.items():
            health = await channels.look(id)
            bad += health.ok is False
            verdict = {True: "ok", False: "not ok", None: "nothing to check"}[health.ok]
            print(f"channel         {verdict}: {doc.name} ({doc.kind}){': ' + health.reason if health.reason else ''}")
    finally:
        await network.stop()
        await store.close()
    return 1 if bad else 0


async def migrate(config: Config) -> int:
    store = await open_store(config)
    await store.close()
    print(f"{place(config)} is of this version.")
    return 0


async def backup(config: Config, to: Path) -> int:
    """One archive with the database as of one moment and the files; made beside a running server."""
    _there(config)
    if to.exists():
        raise CannotDo(f"{to} exists already; a backup overwrites nothing.")
    with tempfile.TemporaryDirectory(dir=to.absolute().parent) as folder:
        copy = Path(folder) / (EXPORT if config.database is None else DATABASE)
        store = await open_store(config, read_only=True)
        try:
            await store.backup(str(copy))
        finally:
            await store.close()
        part = Path(folder) / "backup.tar"
        await asyncio.to_thread(_pack, part, copy, config.data / MEDIA)
        await asyncio.to_thread(os.replace, part, to)
    print(f"{to}: {to.stat().st_size >> 10} KiB. The secret is not in it: keep FRONTDESK_SECRET elsewhere.")
    return 0


def _there(config: Config) -> None:
    if config.database is not None and not config.database.exists():
        raise CannotDo(f"There is no database at {config.database}.")


def _pack(to: Path, database: Path, media: Path) -> None:
    with tarfile.open(to, "w") as archive:
        archive.add(database, database.name)
        if media.is_dir():
            archive.add(media, MEDIA, filter=lambda entry: None if entry.name.endswith(".part") else entry)


async def restore(config: Config, source: Path) -> int:
    """Refuses to overwrite a database: move the old one away first."""
    if config.database is not None and config.database.exists():
        raise CannotDo(f"{config.database} exists; move it away first, so that nothing is overwritten.")
    _nothing_left(config)
    if not source.is_file():
        raise CannotDo(f"There is no backup at {source}.")
    make_data(config)
    with tempfile.TemporaryDirectory(dir=config.data) as folder:
        await asyncio.to_thread(_unpack, source, Path(folder))
        await _put_in_place(Path(folder), config)
        if (Path(folder) / MEDIA).is_dir():
            os.replace(Path(folder) / MEDIA, config.data / MEDIA)
    print(f"{place(config)} restored. Start it with the same FRONTDESK_SECRET as before.")
    return 0


def _nothing_left(config: Config) -> None:
    """SQLite would play an old log into the restored database, and old files are of no chat in it."""
    beside = [config.data / MEDIA]
    if config.database is not None:
        beside += [config.database.with_name(config.database.name + ending) for ending in ("-wal", "-journal")]
    for left in beside:
        if left.exists() and not (left.is_dir() and not any(left.iterdir())):
            raise CannotDo(f"{left} is left of another database; move it away first, or the two would be mixed.")


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise CannotDo(f"{source} is no backup: {error}.") from error


async def _put_in_place(folder: Path, config: Config) -> None:
    """A backup of one kind of store goes into the same kind; moving between kinds is `export` and `import`."""
    if config.database is not None:
        await asyncio.to_thread(_sound, folder / DATABASE)
        os.replace(folder / DATABASE, config.database)
        return
    if not (folder / EXPORT).is_file():
        raise CannotDo("The backup is not one of MongoDB: restore it to SQLite, export that and import it here.")
    await _fill(config, folder / EXPORT)


async def _fill(config: Config, source: Path) -> int:
    store = await open_store(config)
    try:
        return await move.bring_in(store, source)
    finally:
        await store.close()


async def export(config: Config, to: Path) -> int:
    """Everything in the store as lines of JSON, as of one moment; made beside a running server. No media, no secret."""
    _there(config)
    if to.exists():
        raise CannotDo(f"{to} exists already; an export overwrites nothing.")
    store = await open_store(config, read_only=True)
    try:
        rows = await move.export(store, to)
    finally:
        await store.close()
    print(f"{to}: {rows} rows. Media files ({config.data / MEDIA}) and FRONTDESK_SECRET go with it by other ways.")
    return 0


async def import_(config: Config, source: Path) -> int:
    """Fill a store that is empty."""
    if not source.is_file():
        raise CannotDo(f"There is no export at {source}.")
    if config.database is not None:
        await asyncio.to_thread(config.database.parent.mkdir, parents=True, exist_ok=True)
    rows = await _fill(config, source)
    print(f"{place(config)} holds the {rows} rows of {source}. Start it with the same FRONTDESK_SECRET as before.")
    return 0


def _sound(database: Path) -> None:
    """Raises unless SQLite finds the copy whole."""
    if not database.is_file():
        raise CannotDo("The backup holds no database.")
    connection = sqlite3.connect(database)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise CannotDo(f"The backup's database cannot be read: {error}.") from error
    finally:
        connection.close()
    if found != "ok":
        raise CannotDo(f"The backup's database is damaged: {found}.")


async def user(config: Config, email: str, name: str | None, role: Role) -> int:
    """Add an agent, or give one a new password; works while nothing is being served."""
    if not is_email(email):
        raise CannotDo(f"{email!r} is no e-mail address.")
    password = os.environ.get("FRONTDESK_PASSWORD", "") or await asyncio.to_thread(getpass.getpass, "Password: ")
    if len(password) < 10:
        raise BadConfiguration("A password has at least 10 characters.")
    store = await open_store(config)
    try:
        directory = _directory(store, Vault.of(*secret(config)))
        await directory.load()
        auth = Auth(store, directory, SystemClock())
        known = next((doc for doc in directory.agents.values() if doc.email == email.lower()), None)
        doc = AgentDoc(
            id=known.id if known else uuid7(SystemClock().now)(),
            name=name or (known.name if known else email.partition("@")[0].title()),
            email=email.lower(),
            role=known.role if known else role,
            capacity=known.capacity if known else 5,
            languages=known.languages if known else (),
            password_hash=await auth.hash(password),
            created_at=known.created_at if known else SystemClock().now(),
        )
        await directory.save_agent(doc, who="command line")
        await auth.sign_out(doc.id)
    finally:
        await store.close()
    print(f"{doc.email} is {doc.role}." if known is None else f"{doc.email} has a new password.")
    return 0


async def rotate_secret(config: Config) -> int:
    """Put a new key first in the secret file and seal everything with it; the old ones still open what they sealed."""
    if config.secret is not None:
        raise CannotDo("FRONTDESK_SECRET is set from outside: put the new secret before the old one, a space between.")
    import secrets as random

    path = config.data / "secret"
    before = await asyncio.to_thread(secret, config)
    store = await open_store(config)
    try:
        new = (random.token_hex(32), *before)
        await asyncio.to_thread(_keep, path, new)
        vault = Vault.of(*new)
        directory = _directory(store, vault)
        await directory.load()
        count = await reseal(directory, who="rotate-secret")
        for area in SEALING:
            for scope, setting in settings_of(directory, area).items():
                body = resealed(vault, scope, area, setting.body)
                await directory.save_setting(scope, area, body, who="rotate-secret")
    finally:
        await store.close()
    await asyncio.to_thread(_keep, path, new[:2])
    print(f"{count} channels sealed with the new key. The previous one stays, for addresses and tokens it signed.")
    return 0


def _keep(path: Path, keys: tuple[str, ...]) -> None:
    """Replace the secret file whole, readable by its owner only."""
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
