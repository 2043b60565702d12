"""How fast a conversation, a network address and all of us together go before they are slowed or marked.

Token buckets on a clock that is given in, in this process's memory alone. Nothing here refuses anything.
Budgets of messages and of return codes delay, budgets of reports mark. The narrowest comes first and,
where it is used up, the wider ones are not drawn on: one conversation that floods costs its neighbours
behind the same address nothing, and one address costs the others nothing.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from casebridge.report import Pace

REMEMBERED = 4096  # buckets of one kind


class Rate(NamedTuple):
    """How many at once, and how many come back a second."""

    at_once: float
    per_second: float


class Who(NamedTuple):
    """Where a message came from: hashes, never an address. `network` None: of that there is no budget."""

    conversation: bytes
    network: bytes | None
    channel: str


PER_HOUR = 1 / 3600
MESSAGES = (
    (Pace.CONVERSATION, Rate(60, 0.5)),  # a person presses through some 30 questions a minute at best
    (Pace.ADDRESS, Rate(1200, 5)),  # 60 people behind one address, all in the same ten minutes: 3 a second
)
REPORTS = (
    (Pace.CONVERSATION, Rate(5, 6 * PER_HOUR)),  # a worker reports for several clients from one phone
    (Pace.ADDRESS, Rate(20, 30 * PER_HOUR)),
    (Pace.DEPLOYMENT, Rate(60, 60 * PER_HOUR)),
)
CODES = (
    (Pace.CONVERSATION, Rate(5, 1 / 30)),
    (Pace.ADDRESS, Rate(20, 1 / 5)),
    (Pace.DEPLOYMENT, Rate(30, 1)),  # of one channel: a flood on the web does not slow who writes by text
)


class Bucket:
    """So many at once, then so many a second. `strained` from when it was empty until it is full again."""

    __slots__ = ("_at", "_left", "_rate", "strained")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._left, self._at = rate, rate.at_once, now
        self.strained = False

    def take(self, now: float) -> float:
        """Take one and return 0; or take none and return the seconds until there will be one."""
        self.fill(now)
        if self._left >= 1:
            self._left -= 1
            return 0.0
        self.strained = True
        return (1 - self._left) / self._rate.per_second

    def fill(self, now: float) -> None:
        """Let come back what has come back since; a clock that is behind brings nothing."""
        passed = max(0.0, now - self._at)
        self._left, self._at = min(self._rate.at_once, self._left + passed * self._rate.per_second), now
        if self._left >= self._rate.at_once:
            self.strained = False


class Buckets:
    """The buckets of one kind, at most REMEMBERED: then the one unused for longest is forgotten.

    Forgetting makes nobody fresh who could not be so anyhow: to push out a bucket of one's own takes
    that many newer ones, each of which was as full.
    """

    def __init__(self, rate: Rate, most: int = REMEMBERED) -> None:
        self._rate, self._most = rate, most
        self._kept: OrderedDict[Hashable, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, key: Hashable, now: float) -> float:
        """Take one of the bucket of that key: see Bucket.take."""
        bucket = self._kept.get(key)
        if bucket is None:
            bucket = self._kept[key] = Bucket(self._rate, now)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return bucket.take(now)

    def strained(self, key: Hashable, now: float) -> bool:
        """Say whether the bucket of that key was empty and is not full again."""
        bucket = self._kept.get(key)
        if bucket is None:
            return False
        bucket.fill(now)
        return bucket.strained


Levels = tuple[tuple[Pace, Buckets], ...]


class Budgets:
    """Every budget of this process. Safe for threads. `now`: seconds of one clock that never goes back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages, self._reports, self._codes = map(_levels, (MESSAGES, REPORTS, CODES))

    def message(self, who: Who, now: float) -> float:
        """Count a message; return by how many seconds it came too soon, 0 for nearly all."""
        with self._lock:
            return _spend(self._messages, who, now)[1]

    def code(self, who: Who, now: float) -> float:
        """Count a return code that is tried; return by how many seconds it came too soon."""
        with self._lock:
            return _spend(self._codes, who, now)[1]

    def report(self, who: Who, now: float) -> tuple[Pace, ...]:
        """Count a report; return what it is to be marked with."""
        with self._lock:
            over, _ = _spend(self._reports, who, now)
            hurried = [level for level, buckets in self._messages if buckets.strained(_key(level, who), now)]
        return tuple(level for level in Pace if level is over or level in hurried)


def _levels(rates: Sequence[tuple[Pace, Rate]]) -> Levels:
    return tuple((level, Buckets(rate)) for level, rate in rates)


def _spend(levels: Levels, who: Who, now: float) -> tuple[Pace | None, float]:
    """Draw on one level after the other, up to the first that is used up."""
    for level, buckets in levels:
        key = _key(level, who)
        if key is not None and (over := buckets.take(key, now)):
            return level, over
    return None, 0.0


def _key(level: Pace, who: Who) -> Hashable:
    match level:
        case Pace.CONVERSATION:
            return who.conversation
        case Pace.ADDRESS:
            return who.network
        case Pace.DEPLOYMENT:
            return who.channel
