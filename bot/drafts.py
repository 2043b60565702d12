"""Encrypts what is kept of a conversation before it is sent, and hashes whom and what it is found by.

AES-256-GCM with a key id in front and the row's key as associated data, so that no row can
be passed off as another. The newest key encrypts; older ones still decrypt.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casebridge.chance import fresh_bytes
from casebridge.settings import Settings
from casebridge.wholefile import private_folder, write_once

KEY_BYTES = 32
NONCE_BYTES = 12
_ID_BYTES = 2
_WITNESSED = b"\0\0"  # the key id of what only the person's own request can open again


class NoDraftKey(Exception):
    """There is no draft key yet, or one that is needed is gone. `python -m bot keys` makes one."""


@dataclass(frozen=True, slots=True)
class DraftCipher:
    """Keys by number, and the key of the hashes."""

    keys: Mapping[int, bytes]
    hash_key: bytes
    _ciphers: Mapping[bytes, AESGCM] = field(init=False, repr=False)
    _newest: bytes = field(init=False, repr=False)
    _hash: hmac.HMAC = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ciphers = {number.to_bytes(_ID_BYTES): AESGCM(key) for number, key in self.keys.items()}
        object.__setattr__(self, "_ciphers", ciphers)
        object.__setattr__(self, "_newest", max(ciphers))
        object.__setattr__(self, "_hash", hmac.new(self.hash_key, digestmod="sha256"))

    def hash(self, *parts: str) -> bytes:
        """Return a keyed hash of what a row is found by: an address, a message id."""
        return self._hashed("\0".join(parts).encode())

    def encrypt(self, text: bytes, row: bytes, witness: str = "") -> bytes:
        """Encrypt for one row. With a witness, only whoever brings the same one can decrypt."""
        nonce = fresh_bytes(NONCE_BYTES)
        if witness:
            return _WITNESSED + nonce + self._witnessed(witness).encrypt(nonce, text, row)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, text, row)

    def decrypt(self, box: bytes, row: bytes, witness: str = "") -> bytes:
        """Decrypt. Raises NoDraftKey if the key is gone, or the witness or the row is another."""
        number, nonce, sealed = box[:_ID_BYTES], box[_ID_BYTES : _ID_BYTES + NONCE_BYTES], box[14:]
        cipher = self._witnessed(witness) if number == _WITNESSED else self._ciphers.get(number)
        if cipher is None:
            raise NoDraftKey
        try:
            return cipher.decrypt(nonce, sealed, row)
        except InvalidTag as error:
            raise NoDraftKey from error

    def _witnessed(self, witness: str) -> AESGCM:
        return AESGCM(self._hashed(b"witness\0" + witness.encode()))

    def _hashed(self, text: bytes) -> bytes:
        """Hash by a copy: unlike hmac.digest() it does not let go of the interpreter's lock."""
        made = self._hash.copy()
        made.update(text)
        return made.digest()


def read_drafts(settings: Settings) -> DraftCipher:
    """Read the draft keys. Raises NoDraftKey."""
    folder = settings.public_keys / "drafts"
    keys = {int(file.stem): file.read_bytes() for file in folder.glob("*.key")}
    hash_key = settings.public_keys / "address.key"
    if not keys or not hash_key.is_file():
        raise NoDraftKey
    return DraftCipher(keys, hash_key.read_bytes())


def make_draft_key(settings: Settings, *, another: bool = False) -> bool:
    """Make the first draft key, or with `another` a newer one that takes over. Say if one was made."""
    folder = private_folder(settings.public_keys / "drafts")
    write_once(settings.public_keys / "address.key", secrets.token_bytes(KEY_BYTES))
    numbers = [int(file.stem) for file in folder.glob("*.key")]
    if numbers and not another:
        return False
    return write_once(folder / f"{max(numbers, default=0) + 1:04d}.key", secrets.token_bytes(KEY_BYTES))
