"""Takes due deliveries to their destinations, one at a time, until it is told to stop.

Claims in one transaction, sends outside any, records in another. Killed in between it
leaves a lease that runs out; the destinations make a second sending harmless.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from casebridge import outbox
from casebridge.database import Database
from casebridge.destinations.destination import DeliveryError, Destination, Parcel
from casebridge.keyring import Keyring
from casebridge.logs import fault_of
from casebridge.outbox import Claimed
from casebridge.report import Report
from casebridge.sealing import SealingError, UnknownKey, open_sealed
from casebridge.tables import What

SHORTEST_IDLE_SECONDS = 0.5
LONGEST_IDLE_SECONDS = 2.0
DATABASE_AWAY_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """What delivering needs. Keys are read for each delivery, so a new one needs no restart."""

    database: Database
    destinations: Mapping[str, Destination]
    read_keys: Callable[[], Keyring]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def deliver_due(self, limit: int = 1) -> int:
        """Claim up to `limit` deliveries and attempt each once; return how many were attempted."""
        claimed = outbox.claim(self.database, self.clock(), limit)
        for delivery in claimed:
            self._attempt(delivery)
        return len(claimed)

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; the delivery in hand is finished first."""
        idle = SHORTEST_IDLE_SECONDS
        while not stop.is_set():
            try:
                busy = self.deliver_due() > 0
            except Exception as error:  # the database is away: the leases keep what was claimed
                log.error("cannot reach the queue", **fault_of(error))
                stop.wait(DATABASE_AWAY_SECONDS)
                continue
            idle = SHORTEST_IDLE_SECONDS if busy else min(idle * 1.5, LONGEST_IDLE_SECONDS)
            if not busy:
                stop.wait(idle)

    def _attempt(self, delivery: Claimed) -> None:
        said = log.bind(
            reference=delivery.reference,
            agency=delivery.agency,
            destination=delivery.destination,
            what=delivery.what.value,
            attempt=delivery.attempt,
        )
        try:
            self._send(delivery)
        except Exception as error:  # whatever it is, it is recorded and the next delivery has its turn
            fault = _as_delivery_error(error)
            self._record_failure(delivery, fault)
            said.warning("not delivered", kind=fault.kind, permanent=fault.permanent, **fault_of(error))
        else:
            outbox.record_delivered(self.database, delivery, self.clock())
            said.info("delivered")

    def _send(self, delivery: Claimed) -> None:
        destination = self.destinations.get(delivery.destination)
        if destination is None:
            raise DeliveryError("no-such-destination", permanent=False)
        keys = self.read_keys().of(delivery.agency)
        parcel = Parcel(
            delivery_id=delivery.id,
            reference=delivery.reference,
            agency=delivery.agency,
            sent_at=self.clock(),
            queued_at=delivery.queued_at,
            what=delivery.what,
            report=_opened(delivery, keys),
        )
        destination.send(parcel)

    def _record_failure(self, delivery: Claimed, fault: DeliveryError) -> None:
        now = self.clock()
        spread = secrets.randbelow(1000) / 1000
        again_at = None if fault.permanent else outbox.next_attempt(delivery, now, spread)
        outbox.record_failed(self.database, delivery, now, fault.kind, again_at)


def _opened(delivery: Claimed, keys: Mapping[str, X25519PrivateKey]) -> Report | None:
    if delivery.what is What.WITHDRAWAL:
        return None
    return open_sealed(delivery.envelope, delivery.agency, keys)


def _as_delivery_error(error: Exception) -> DeliveryError:
    """A key may yet be found and a fault mended; an envelope that is not genuine stays so."""
    match error:
        case DeliveryError():
            return error
        case UnknownKey():
            return DeliveryError("unknown-key", permanent=False)
        case SealingError():
            return DeliveryError(type(error).__name__, permanent=True)
        case _:
            return DeliveryError(type(error).__name__, permanent=False)
