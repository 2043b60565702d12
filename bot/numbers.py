"""What a report or a draft will be known by: its reference, its code, and the keys made of the code."""

import secrets
import threading
from dataclasses import dataclass

from casebridge.returncode import CodeKeys, code_keys, new_code, new_reference, show_code

_DERIVING = threading.BoundedSemaphore(2)  # of 4 MiB each


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a report will be known by, made before a turn takes the database: the keys cost 2 ms."""

    reference: str
    code: str  # as it is shown
    keys: CodeKeys

    @classmethod
    def make(cls, pepper: bytes) -> "Numbers":
        code = new_code(secrets.token_bytes(16))
        return cls(new_reference(secrets.token_bytes(16)), show_code(code), derived(code, pepper))


def derived(code: str, pepper: bytes) -> CodeKeys:
    """Derive the keys of a return code; only a few at once, because each takes 4 MiB."""
    with _DERIVING:
        return code_keys(code, pepper)
