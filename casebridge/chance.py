"""Random bytes from the system, a page of them at a time.

Asking the system lets go of the interpreter's lock, and whoever waits for it is woken for
nothing: with a few threads at work that costs ten times what the bytes do, several times a turn.
"""

import os
from base64 import urlsafe_b64encode
from collections import deque

PAGE_BYTES = 4096
_PIECE_BYTES = 16

_pieces: deque[bytes] = deque()
os.register_at_fork(after_in_child=_pieces.clear)  # two processes must never draw the same


def fresh_bytes(count: int) -> bytes:
    """Return up to 16 bytes that nobody else gets: nonces and tokens, never keys."""
    if count > _PIECE_BYTES:
        raise ValueError(count)
    while True:
        try:
            return _pieces.popleft()[:count]
        except IndexError:
            page = os.urandom(PAGE_BYTES)
            _pieces.extend(page[at : at + _PIECE_BYTES] for at in range(0, PAGE_BYTES, _PIECE_BYTES))


def fresh_token() -> str:
    """Return 16 characters that nobody can guess, 96 bits."""
    return urlsafe_b64encode(fresh_bytes(12)).decode()
