"""Messages kept in files while the database is away, and taken in when it is back.

A file is one message, encrypted with the draft key and named by a hash, so that a request that is
repeated keeps it once. Any channel may keep one.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.arrival import Arrival
from bot.core.conversation import Attached, Pressed
from bot.drafts import DraftCipher, NoDraftKey
from bot.media import Place
from bot.service import Service
from bot.settings import Settings
from casebridge.logs import fault_of
from casebridge.wholefile import private_folder, write_once

log = structlog.get_logger()
FIELDS = frozenset(each.name for each in fields(Arrival))
KEPT_AT_MOST = timedelta(days=7)  # as a draft


def folder(settings: Settings) -> Path:
    return settings.public_keys / "kept"


def look_after(settings: Settings, join: Callable[[Settings], Service]) -> int:
    """Take in what is kept and remove what is too old; nothing is joined while there is nothing."""
    where = folder(settings)
    if not any(_files(where)):
        return 0
    service = join(settings)
    try:
        taken = take_in(service, where)
    finally:
        service.database.close()
    remove_old(where, service.now())
    return taken


def keep(where: Path, cipher: DraftCipher, arrival: Arrival, now: datetime) -> None:
    """Keep a message, as one written now, with the places its pictures lie at. Raises OSError."""
    name = cipher.hash("kept", arrival.channel, arrival.address, arrival.message_id)
    places = tuple(each for each in arrival.media if isinstance(each, Place))
    stored = replace(arrival, media=places, written_at=now, network="")
    write_once(private_folder(where) / name.hex(), cipher.encrypt(orjson.dumps(stored), name))


def take_in(service: Service, where: Path) -> int:
    """Give every message kept to the service, the oldest first; return how many.

    Several processes may do so at once: a message is taken by its id, and once. One that fails is
    tried again next time, until it is too old. Raises sqlalchemy OperationalError while the database is away.
    """
    taken = 0
    for arrival, file in sorted(_kept(where, service.cipher), key=lambda kept: str(kept[0].written_at)):
        try:
            service.receive(arrival)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # one message keeps no other waiting
            log.error("cannot take in what was kept", channel=arrival.channel, **fault_of(error))
            continue
        file.unlink(missing_ok=True)
        taken += 1
    return taken


def remove_old(where: Path, now: datetime) -> None:
    """Remove what could not be taken in for too long."""
    for file in _files(where):
        try:
            since = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except FileNotFoundError:  # taken by another process
            continue
        if since < now - KEPT_AT_MOST:
            file.unlink(missing_ok=True)


def _kept(where: Path, cipher: DraftCipher) -> Iterator[tuple[Arrival, Path]]:
    for file in _files(where):
        try:
            stored = orjson.loads(cipher.decrypt(file.read_bytes(), bytes.fromhex(file.name)))
        except (FileNotFoundError, NoDraftKey, ValueError):  # taken by another process, or none of ours
            continue
        try:
            arrival = _arrival(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # kept by another version of ours
            log.error("cannot read what was kept", **fault_of(error))
            continue
        yield arrival, file


def _arrival(stored: dict[str, Any]) -> Arrival:
    """Build a message of the fields we know. Raises AttributeError, KeyError, TypeError, ValueError."""
    known = {name: value for name, value in stored.items() if name in FIELDS}
    if pressed := known.get("pressed"):
        known["pressed"] = Pressed(pressed["step"], tuple(pressed["values"]))
    if attached := known.get("attached"):
        known["attached"] = Attached(attached)
    for name in ("media", "unread"):
        known[name] = tuple(Place(**place) for place in known.get(name, ()))
    return Arrival(**{**known, "written_at": datetime.fromisoformat(known["written_at"])})


def _files(where: Path) -> Iterator[Path]:
    """Yield the files that are there whole; one being written has a name with a dot."""
    if where.is_dir():
        yield from (file for file in where.iterdir() if "." not in file.name)
