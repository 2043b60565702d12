"""Slows down whoever is over a budget, and says what a report is to be marked with. Refuses no message.

A network address is known here by a hash under a key that never leaves memory and is made anew each day.
"""

import hashlib
import ipaddress
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.budgets import Budgets, Who
from casebridge.report import Pace

THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)  # that answer messages; idle connections wait outside them
SLEEPERS = max(1, THREADS // 4)  # threads that are ever held up at once: the others answer
LONGEST_SECONDS = 1.5  # a delay; Twilio gives up after 15
KEY_KEPT_SECONDS = 24 * 3600
IPV6_OF_ONE_PLACE = 64  # bits: what a household or an office is given


class Pacing:
    """Budgets of one process with a clock and patience. Several processes count each for itself."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._budgets = Budgets()
        self._beds = threading.BoundedSemaphore(SLEEPERS)
        self._key, self._key_until = b"", 0.0

    def who(self, conversation: bytes, network: str, channel: str) -> Who:
        """Return whose budgets a message draws on. `network`: an IP address, "" where a provider wrote."""
        return Who(conversation, self._hashed(network) if network else None, channel)

    def message(self, who: Who) -> None:
        """Count a message, and wait a moment where they come too fast.

        When SLEEPERS wait already nobody else does: a flood can dodge the delay, and cannot hold up others.
        """
        over = self._budgets.message(who, self._clock())
        if over:
            self._wait(over)

    def may_try_code(self, who: Who) -> bool:
        """Count a return code that is tried, before it is looked up. False: not now, others wait already.

        Over the budget only SLEEPERS codes are tried in LONGEST_SECONDS, right or wrong.
        """
        return not self._budgets.code(who, self._clock()) or self._wait(LONGEST_SECONDS)

    def report(self, who: Who) -> tuple[Pace, ...]:
        """Count a report that is sent, and return what it is to be marked with."""
        return self._budgets.report(who, self._clock())

    def _wait(self, seconds: float) -> bool:
        if not self._beds.acquire(blocking=False):
            return False
        try:
            self._sleep(min(seconds, LONGEST_SECONDS))
        finally:
            self._beds.release()
        return True

    def _hashed(self, address: str) -> bytes | None:
        place = place_of(address)
        now = self._clock()
        if now >= self._key_until:
            self._key, self._key_until = secrets.token_bytes(32), now + KEY_KEPT_SECONDS
        return hashlib.blake2b(place, key=self._key, digest_size=16).digest() if place else None


@dataclass(slots=True, eq=False)
class Paced:
    """One message and its budgets: each is drawn on once, however often the message is taken again."""

    pacing: Pacing
    who: Who
    _may_try: bool | None = field(default=None, init=False)
    _marks: tuple[Pace, ...] | None = field(default=None, init=False)

    def may_try_code(self) -> bool:
        if self._may_try is None:
            self._may_try = self.pacing.may_try_code(self.who)
        return self._may_try

    def report(self) -> tuple[Pace, ...]:
        if self._marks is None:
            self._marks = self.pacing.report(self.who)
        return self._marks


def place_of(address: str) -> bytes:
    """Return what of a network address is one place: all of IPv4, the first half of IPv6; b"" of none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return b""
    if isinstance(found, ipaddress.IPv6Address):
        return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[: IPV6_OF_ONE_PLACE // 8]
    return found.packed
