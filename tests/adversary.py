"""Somebody who has taken the whole public tier: a dump of its database, its keys, its settings, our code.

They lack what never lay there: the agencies' private keys, and what a person's own last request
carried. They try every box with every key, and with all that opening the others told them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from shutil import copytree

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlmodel import SQLModel

from bot.drafts import NoDraftKey, read_drafts
from bot.settings import Settings
from casebridge.database import Database
from casebridge.photos import open_photo, open_photo_with_code
from casebridge.recipients import pepper_file, read_public_keys
from casebridge.report import Report
from casebridge.returncode import code_keys
from casebridge.sealing import SealingError, open_sealed, open_with_code

_CODES = re.compile(rb"(?:\d[\s.-]*){16}")


KEY = 32  # bytes: a keyed hash
NAME = 36  # characters: a UUID


@dataclass
class Adversary:
    """`knows`: what else they have learnt, such as a phone number or a provider's number of a message."""

    loot: Settings
    cells: list[object]
    knows: list[str] = field(default_factory=list)

    @classmethod
    def take(cls, settings: Settings, database: Database, folder: Path) -> "Adversary":
        """Dump every table and copy the public tier's keys, and nothing else."""
        stolen = settings.model_copy(update={"var_dir": folder})
        copytree(settings.public_keys, stolen.public_keys)
        with database.read() as connection:
            tables = SQLModel.metadata.sorted_tables
            found = [cell for table in tables for row in connection.execute(select(table)) for cell in row]
        return cls(stolen, found)

    def read(self) -> bytes:
        """Return all that they can read: what lies open, what opens, and what opens with that."""
        lies_open = b" ".join(str(cell).encode() for cell in (*self.cells, *self.knows))
        lies_open += b" ".join(self._boxes)
        opened = b" ".join(self._drafts())
        while (more := b" ".join(self._envelopes(lies_open + opened))) not in opened:
            opened += more
        return lies_open + opened

    @property
    def _boxes(self) -> set[bytes]:
        return {cell for cell in self.cells if isinstance(cell, bytes) and cell}

    def _drafts(self) -> Iterator[bytes]:
        """Try every box as a state or a turn of every row, with everything known as its witness."""
        cipher = read_drafts(self.loot)
        keys = {cell for cell in self._boxes if len(cell) == KEY}  # of rows: a box is longer
        boxes = self._boxes - keys
        for box, row, witness in product(boxes, keys, ("", *self.knows)):
            with suppress(NoDraftKey):
                yield cipher.decrypt(box, row, witness)
        names = {cell for cell in self.cells if isinstance(cell, str) and len(cell) == NAME}
        for box, row, name, kind in product(boxes, keys, names, ("photo", "original")):
            with suppress(NoDraftKey):
                yield cipher.decrypt(box, row + f"{kind} {name}".encode())

    def _envelopes(self, readable: bytes) -> Iterator[bytes]:
        """Try every box as an envelope: as each agency, and by every key and code there is."""
        keys = read_public_keys(self.loot)
        for box, secret in product(self._boxes, {*self._keys(), *self._codes(readable)}):
            with suppress(SealingError):
                yield _in_clear(open_with_code(box, secret))
            private = X25519PrivateKey.from_private_bytes(secret)
            for agency, public in keys.items():
                with suppress(SealingError):
                    yield _in_clear(open_sealed(box, agency, {key.id: private for key in public}))
        yield from self._photos(readable)

    def _photos(self, readable: bytes) -> Iterator[bytes]:
        """Try every box as a sealed picture of every report, by every key and code there is."""
        keys = read_public_keys(self.loot)
        sealed = [box for box in self._boxes if box.startswith(b"HIP")]
        references = [cell for cell in self.cells if isinstance(cell, str)] if sealed else []
        secrets = {*self._keys(), *self._codes(readable)} if sealed else set()
        for box, reference, secret, number in product(sealed, references, secrets, range(1, 6)):
            with suppress(SealingError):
                yield open_photo_with_code(box, secret, reference, number)
            private = X25519PrivateKey.from_private_bytes(secret)
            for agency, public in keys.items():
                with suppress(SealingError):
                    yield open_photo(box, agency, {key.id: private for key in public}, reference, number)

    def _keys(self) -> Iterator[bytes]:
        """Every secret in the files, and every hash in the tables, is 32 bytes, and so is every key."""
        files = (path.read_bytes() for path in self.loot.public_keys.rglob("*") if path.is_file())
        yield from (secret for secret in (*files, *self._boxes) if len(secret) == 32)

    def _codes(self, readable: bytes) -> Iterator[bytes]:
        pepper = pepper_file(self.loot).read_bytes()
        for found in set(_CODES.findall(readable)):
            code = "".join(chr(byte) for byte in found if chr(byte).isdecimal())
            yield code_keys(code, pepper).key


def _in_clear(report: Report) -> bytes:
    return report.model_dump_json().encode()
