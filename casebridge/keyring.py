"""The agencies' private keys and the desk's own: the private tier only; `bot` never imports this.

`<private keys>/agencies/<agency>/<number>-<fingerprint>.pem` and `<private keys>/desk.key`,
readable by their owner alone. A lost key is lost reports: keep a copy off the machine.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from casebridge.area import Area
from casebridge.recipients import (
    PEPPER_BYTES,
    FaultyKey,
    fingerprint,
    pepper_file,
    recipients_folder,
)
from casebridge.settings import Settings
from casebridge.wholefile import private_folder, write_once

DESK_KEY_BYTES = 32


class NoDeskKey(Exception):
    """The private tier has no desk key yet: `python -m casebridge keys make`."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Private keys by agency id and key id, and the desk's key (32 bytes)."""

    agencies: Mapping[str, Mapping[str, X25519PrivateKey]]
    desk: bytes

    def of(self, agency: str) -> Mapping[str, X25519PrivateKey]:
        """Return the agency's keys by key id; none if it has none here."""
        return self.agencies.get(agency, {})


def read_keyring(settings: Settings) -> Keyring:
    """Read every private key. Raises FaultyKey, NoDeskKey."""
    desk_key = desk_key_file(settings)
    if not desk_key.is_file():
        raise NoDeskKey
    desk = desk_key.read_bytes()
    if len(desk) != DESK_KEY_BYTES:
        raise FaultyKey(desk_key.name)
    agencies: dict[str, dict[str, X25519PrivateKey]] = {}
    for file in sorted(_agencies_folder(settings).glob("*/*.pem")):
        agencies.setdefault(file.parent.name, {})[file.stem] = _read_key(file)
    return Keyring(agencies, desk)


def make_keys(settings: Settings, area: Area) -> tuple[str, ...]:
    """Make whatever is missing: key pairs, pepper, desk key. Return the agencies given a first key.

    Changes nothing that is there, so it may run at every start. A public key lost since is
    written anew from its private one. Raises FaultyKey.
    """
    private_folder(settings.private_keys)
    private_folder(recipients_folder(settings))
    write_once(desk_key_file(settings), os.urandom(DESK_KEY_BYTES))
    write_once(pepper_file(settings), os.urandom(PEPPER_BYTES))
    made = []
    for agency in area.agencies:
        files = _key_files(settings, agency.id)
        for file in files:
            _publish(settings, agency.id, file.stem, _read_key(file))
        if not files:
            _make_pair(settings, agency.id, number=1)
            made.append(agency.id)
    return tuple(made)


def rotate(settings: Settings, agency: str) -> str:
    """Make a new key pair for the agency and return its id; reports are sealed for it from now.

    Old keys stay and open what was sealed for them. A running public tier takes the new key
    up at its next start.
    """
    numbers = [int(file.stem.split("-")[0]) for file in _key_files(settings, agency)]
    return _make_pair(settings, agency, number=max(numbers, default=0) + 1)


def desk_key_file(settings: Settings) -> Path:
    return settings.private_keys / "desk.key"


def _agencies_folder(settings: Settings) -> Path:
    return settings.private_keys / "agencies"


def _key_files(settings: Settings, agency: str) -> list[Path]:
    return sorted((_agencies_folder(settings) / agency).glob("*.pem"))


def _make_pair(settings: Settings, agency: str, *, number: int) -> str:
    key = X25519PrivateKey.generate()
    key_id = f"{number:04}-{fingerprint(key.public_key())}"
    folder = private_folder(_agencies_folder(settings) / agency)
    write_once(folder / f"{key_id}.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _publish(settings, agency, key_id, key)  # last: nothing is sealed for a key that was not kept
    return key_id


def _publish(settings: Settings, agency: str, key_id: str, key: X25519PrivateKey) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    folder = private_folder(recipients_folder(settings))
    write_once(folder / f"{agency}.{key_id}.pub", public, mode=0o644)


def _read_key(file: Path) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as error:
        raise FaultyKey(file.name) from error
    if not isinstance(key, X25519PrivateKey) or not file.stem.endswith(fingerprint(key.public_key())):
        raise FaultyKey(file.name)
    return key
