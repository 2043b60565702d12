"""The `services:` block of an area file as typed rows; what a row lacks is a fault in its place."""

from datetime import date
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from bot.conditions import ConditionNode, Node, StepName
from bot.core.phrases import Phrase
from bot.core.signposting import Confidence, Directory, Opening, Service, Told

UK = ZoneInfo("Europe/London")

Words = Annotated[str, Field(min_length=1)]
IsoDay = Annotated[
    date, BeforeValidator(lambda day: date.fromisoformat(day) if isinstance(day, str) else day)
]
Clock = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class OpeningNode(Node):
    days: list[Weekday] = Field(min_length=1)
    from_: Clock = Field(alias="from")
    to: Clock

    def opening(self) -> Opening:
        days = frozenset(get_args(Weekday).index(day) for day in self.days)
        return Opening(days, _minutes(self.from_), _minutes(self.to))


class ServiceNode(Node):
    id: StepName
    name: Words
    what: Words
    contact: Words
    who_for: Words
    cost: Words
    hours: Words
    languages: Words
    source: Words
    confidence: Confidence = Field(strict=False)
    checked_on: IsoDay
    review_by: IsoDay
    owner: Words
    told: Told = Field(Told.FITTING, strict=False)
    when: ConditionNode | None = None
    always_open: bool = False
    opens: list[OpeningNode] = Field(default_factory=list)

    def service(self, area: str) -> Service:
        given: dict[str, Any] = self.model_dump(exclude={"what", "contact", "when", "opens"})
        context = f"service.{area}.{self.id}"
        return Service(
            what=Phrase(f"{context}.what", self.what),
            contact=Phrase(f"{context}.contact", self.contact),
            when=self.when.condition() if self.when else None,
            opens=tuple(node.opening() for node in self.opens),
            **given,
        )


def directory(area: str, nodes: list[ServiceNode]) -> Directory:
    """Return the directory of an area, by the clock of the United Kingdom."""
    return Directory(area, tuple(node.service(area) for node in nodes), UK)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
