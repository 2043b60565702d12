"""Hashes passwords and says what is wrong with a new one. Never more than a few hashes at once."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

PRODUCTION = RFC_9106_LOW_MEMORY  # 64 MiB, three passes
TESTS = CHEAPEST
SHORTEST = 12
LONGEST = 256  # far above any phrase; a megabyte must not reach the hash
HASHES_AT_ONCE = 2  # 64 MiB each
WAIT_SECONDS = 5.0

# Of twelve characters and more: the head of the leaked lists, and what people near this desk would think of.
COMMON = frozenset((Path(__file__).parent / "common-passwords.txt").read_text(encoding="utf-8").split())


class PasswordFault(StrEnum):
    """Why a new password cannot be taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    IS_THE_NAME = "is_the_name"


class Busy(Exception):
    """Too many people are signing in at this moment."""


class Passwords:
    """Hashes and checks passwords, a few at a time."""

    def __init__(self, profile: Parameters = PRODUCTION) -> None:
        self._hasher = PasswordHasher.from_parameters(profile)
        self._turn = threading.BoundedSemaphore(HASHES_AT_ONCE)
        self._nobodys = self._hasher.hash("")

    def hash(self, password: str) -> str:
        """Return a salted hash. Raise Busy."""
        with self._our_turn():
            return self._hasher.hash(_normalised(password))

    def match(self, kept_hash: str | None, password: str) -> bool:
        """Return whether it is the password; nobody's hash takes as long as somebody's. Raise Busy."""
        if len(password) > LONGEST:
            return False
        with self._our_turn():
            try:
                self._hasher.verify(kept_hash or self._nobodys, _normalised(password))
            except VerificationError:
                return False
        return kept_hash is not None

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._turn.release()


def password_fault(password: str, name: str) -> PasswordFault | None:
    """Return why nobody should use this password, or None. Length counts, ingredients do not."""
    compared = _normalised(password).casefold().strip()
    if len(compared) < SHORTEST:
        return PasswordFault.SHORT
    if len(password) > LONGEST:
        return PasswordFault.LONG
    if compared in COMMON or len(set(compared)) < 4:
        return PasswordFault.COMMON
    if compared == _normalised(name).casefold().strip():
        return PasswordFault.IS_THE_NAME
    return None


def _normalised(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
