"""Somebody who has taken the whole public tier: a dump of its database, its keys, its settings, our code.

They lack what never lay there: the agencies' private keys, and what a person's own last request
carried. They try every box with every key, and with all that opening the others told them.
"""

import re
from collections.abc import Collection, Iterator
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
from casebridge.recipients import pepper_file, read_public_keys
from casebridge.report import Report
from casebridge.returncode import code_keys
from casebridge.sealedphoto import _body, _bound, _parse, open_photo, open_photo_with_code
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
        tried: set[bytes] = set()
        while secrets := {*self._keys(), *self._codes(lies_open + opened)} - tried:
            opened += b" ".join((*self._envelopes(secrets), *self._photos(secrets)))
            tried |= secrets
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
        for box, row, name, kind in product(boxes, keys, names, ("photo", "original", "awaited", "key")):
            with suppress(NoDraftKey):
                yield cipher.decrypt(box, row + f"{kind} {name}".encode())

    def _envelopes(self, secrets: Collection[bytes]) -> Iterator[bytes]:
        """Try every box as an envelope: as each agency, and by these keys and codes."""
        rings = self._rings(secrets)
        for box, (secret, ring) in product(self._boxes, rings.items()):
            with suppress(SealingError):
                yield _in_clear(open_with_code(box, secret))
            for agency, keys in ring.items():
                with suppress(SealingError):
                    yield _in_clear(open_sealed(box, agency, keys))

    def _photos(self, secrets: Collection[bytes]) -> Iterator[bytes]:
        """Try every box as a sealed picture of every report, by these keys and codes."""
        sealed = [box for box in self._boxes if box.startswith(b"HIP")]
        references = [cell for cell in self.cells if isinstance(cell, str)] if sealed else []
        rings = self._rings({*secrets, *self._data_keys()} if sealed else ())
        for box, reference, (secret, ring), number in product(sealed, references, rings.items(), range(1, 6)):
            with suppress(SealingError):
                yield _body(_parse(box, reference)[1], secret, _bound(reference, number), 0)
            with suppress(SealingError):
                yield open_photo_with_code(box, secret, reference, number)
            for agency, keys in ring.items():
                with suppress(SealingError):
                    yield open_photo(box, agency, keys, reference, number)

    def _rings(self, secrets: Collection[bytes]) -> dict[bytes, dict[str, dict[str, X25519PrivateKey]]]:
        """Return each secret as if it were every private key of every agency."""
        public = read_public_keys(self.loot)
        private = {secret: X25519PrivateKey.from_private_bytes(secret) for secret in secrets}
        return {
            secret: {agency: {key.id: own for key in keys} for agency, keys in public.items()}
            for secret, own in private.items()
        }

    def _data_keys(self) -> Iterator[bytes]:
        """Return what opens from a box and is as long as a key: of pictures that were still to come."""
        return (opened for opened in self._drafts() if len(opened) == KEY)

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
