"""The agencies' public keys and the pepper of return codes: what the public tier may hold.

A public key is a PEM file `<public keys>/recipients/<agency>.<number>-<fingerprint>.pub`.
The key with the highest number is the one reports are sealed for; the fingerprint is the
start of the SHA-256 of the raw key and is checked, so a swapped file is noticed.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from casebridge.area import Area
from casebridge.sealing import RecipientKey
from casebridge.settings import Settings

PEPPER_BYTES = 32

_NAME = re.compile(r"(?P<agency>[^.]+)\.(?P<id>[0-9]{4}-[0-9a-f]{16})\.pub")


class MissingKeys(Exception):
    """Nothing can be sealed: agencies of the area without a public key, or no pepper."""

    def __init__(self, agencies: tuple[str, ...], *, pepper: bool) -> None:
        super().__init__(agencies, pepper)
        self.agencies = agencies
        self.pepper = pepper


class FaultyKey(Exception):
    """A key file that is not what its name says. `file` is its name, without the folder."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a report can be sealed for: each agency's key in use, and the return codes' pepper."""

    keys: Mapping[str, RecipientKey]
    pepper: bytes


def read_recipients(settings: Settings, area: Area) -> Recipients:
    """Read the key in use of every agency of the area. Raises MissingKeys, FaultyKey."""
    found = read_public_keys(settings)
    missing = tuple(agency.id for agency in area.agencies if agency.id not in found)
    pepper = pepper_file(settings)
    if missing or not pepper.is_file():
        raise MissingKeys(missing, pepper=not pepper.is_file())
    keys = {agency.id: found[agency.id][0] for agency in area.agencies}
    return Recipients(keys, _read_pepper(pepper))


def read_public_keys(settings: Settings) -> dict[str, tuple[RecipientKey, ...]]:
    """Return every public key by agency id, the one in use first. Raises FaultyKey."""
    found: dict[str, tuple[RecipientKey, ...]] = {}
    for file in sorted(recipients_folder(settings).glob("*.pub"), reverse=True):
        key = _read_key(file)
        found[key.agency] = (*found.get(key.agency, ()), key)
    return found


def recipients_folder(settings: Settings) -> Path:
    return settings.public_keys / "recipients"


def pepper_file(settings: Settings) -> Path:
    return settings.public_keys / "code-pepper"


def fingerprint(key: X25519PublicKey) -> str:
    """Return the first 16 hex digits of the SHA-256 of the raw key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _read_key(file: Path) -> RecipientKey:
    name = _NAME.fullmatch(file.name)
    if name is None:
        raise FaultyKey(file.name)
    try:
        key = load_pem_public_key(file.read_bytes())
    except ValueError as error:
        raise FaultyKey(file.name) from error
    if not isinstance(key, X25519PublicKey) or not name["id"].endswith(fingerprint(key)):
        raise FaultyKey(file.name)
    return RecipientKey(name["agency"], name["id"], key)


def _read_pepper(file: Path) -> bytes:
    pepper = file.read_bytes()
    if len(pepper) != PEPPER_BYTES:
        raise FaultyKey(file.name)
    return pepper
