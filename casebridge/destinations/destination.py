"""What every destination is: something that takes a parcel, once or more often, to one effect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casebridge.report import Report
from casebridge.tables import What


class DeliveryError(Exception):
    """A parcel that did not arrive. `kind` names the fault and holds no words of anybody's."""

    def __init__(self, kind: str, *, permanent: bool) -> None:
        super().__init__(kind)
        self.kind = kind
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, opened: `report` is the view the agency is entitled to, of a report or an addition.

    A withdrawal has none: the agency's copies are to go. `queued_at` is when the reporter sent,
    added or took back. `delivery_id` is the idempotency key: the same parcel may be sent again
    after a crash.
    """

    delivery_id: str
    reference: str
    agency: str
    sent_at: datetime
    queued_at: datetime
    what: What
    report: Report | None


class Destination(Protocol):
    """Delivers parcels. Sending the same parcel twice has the effect of sending it once."""

    def send(self, parcel: Parcel) -> None:
        """Deliver the parcel, surely and lastingly. Raises DeliveryError."""
