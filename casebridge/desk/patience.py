"""Makes guessing slow without ever shutting a case worker out.

Counted for one name at one address: a stranger elsewhere cannot slow a colleague down. In
memory only, so each process counts for itself; argon2 and the authenticator carry the weight.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 60
FORGOTTEN_AFTER = timedelta(minutes=30)
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Attempts:
    count: int
    last: datetime


class Patience:
    """Remembers attempts that have not succeeded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: OrderedDict[tuple[str, str], _Attempts] = OrderedDict()

    def attempt(self, name: str, address: str, now: datetime) -> int:
        """Count an attempt and return 0; or, where it comes too soon, the seconds still to wait."""
        with self._lock:
            before = self._attempts.pop((name, address), _Attempts(0, now))
            if now - before.last > FORGOTTEN_AFTER:
                before = _Attempts(0, now)
            ready = before.last + timedelta(seconds=_wait_seconds(before.count))
            too_soon = now < ready
            kept = before if too_soon else _Attempts(before.count + 1, now)
            self._attempts[name, address] = kept
            if len(self._attempts) > REMEMBERED:
                self._attempts.popitem(last=False)
        return math.ceil((ready - now).total_seconds()) if too_soon else 0

    def forget(self, name: str, address: str) -> None:
        """Start afresh: the person has shown who they are."""
        with self._lock:
            self._attempts.pop((name, address), None)


def _wait_seconds(count: int) -> int:
    """Return 0 for the first attempts, then 2, 4, 8 … up to a minute."""
    if count < FREE_ATTEMPTS:
        return 0
    return int(min(LONGEST_WAIT_SECONDS, 2 ** (count - FREE_ATTEMPTS + 1)))
