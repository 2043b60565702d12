"""One step as it is written in flows/: the fields it may have, and the typed step they become."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal
from typing import Any as Anything

from pydantic import ConfigDict, Discriminator, Field, Tag

from bot.conditions import ConditionNode, Node, StepName
from bot.core.flow import SHARED, WHOLE, Choice, Is, Kind, Not, Step
from bot.core.phrases import Phrase
from casebridge.area import Agency

Asked = Literal[
    "choice",
    "choices",
    "yes_no",
    "story",
    "text",
    "date",
    "place",
    "contact",
    "code",
    "consent",
    "permission",
    "review",
    "themes",
    "end",
]


class ChoiceNode(Node):
    value: StepName
    label: str
    words: str | None = None
    flow: str | None = None
    later: bool = False
    when: ConditionNode | None = None
    listed: bool = True


class SayNode(Node):
    say: StepName
    text: str
    voices: dict[str, str] = Field({})
    when: ConditionNode | None = None


class StepNode(Node):
    step: StepName
    kind: Asked
    ask: str
    voices: dict[str, str] = Field({})
    title: str | None = None
    help: str | None = None
    choices: list[ChoiceNode] = Field([])
    agencies: Literal["held", "open"] | None = None  # choices made of the area's agencies
    when: ConditionNode | None = None
    agency: str | None = None
    purpose: str | None = None
    skip: bool = False
    once: bool = False
    about: Literal["person"] | None = None


class UseNode(Node):
    use: StepName
    when: ConditionNode | None = None  # for each of its steps, beside their own


class ConsentsNode(Node):
    consents: Literal["agencies"]
    chosen: StepName | None = None  # only that of the agency this step was answered with


_KEYS = {"say": "SayNode", "use": "UseNode", "consents": "ConsentsNode"}
TAGS = (*_KEYS.values(), "StepNode")


def _which(node: Anything) -> str:
    return next((tag for key, tag in _KEYS.items() if isinstance(node, dict) and key in node), "StepNode")


SomeNode = Annotated[
    Annotated[SayNode, Tag("SayNode")]
    | Annotated[UseNode, Tag("UseNode")]
    | Annotated[ConsentsNode, Tag("ConsentsNode")]
    | Annotated[StepNode, Tag("StepNode")],
    Discriminator(_which),
]


class ConsentNode(Node):
    """How a person is asked for one agency: whether it may have the report, and how much."""

    title: str
    words: str | None = None  # what else people call it, where an agency is to be chosen
    ask: str
    voices: dict[str, str] = Field({})
    choices: list[ChoiceNode]
    when: ConditionNode | None = None
    gated: bool = False  # never asked past its `when`, not even by whoever comes back


class AgencyNode(Agency):
    """An agency of an area file, with the question about it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: StepName
    consent: ConsentNode | None = None

    def asked(self, area: str, place: int) -> "AskedAgency | None":
        """Return how this agency is asked about; None where a flow does so itself."""
        if self.consent is None:
            return None
        context = f"agency.{area}.{self.id}"
        asked = self.consent.model_dump(exclude={"choices", "when", "gated", "words"})
        node = StepNode(
            step=f"consent_{self.id}",
            kind="consent",
            agency=self.id,
            choices=self.consent.choices,
            when=self.consent.when,
            **asked,
        )
        words = Phrase(f"{context}.words", self.consent.words) if self.consent.words else None
        return AskedAgency(place, step(context, node, ()), words, self.consent.gated)


@dataclass(frozen=True, slots=True)
class AskedAgency:
    """The consent step of an agency, and where the agency stands in its area's file."""

    place: int
    step: Step
    words: Phrase | None
    gated: bool


def step(context: str, node: SayNode | StepNode, agencies: Iterable[AskedAgency]) -> Step:
    """Return a step; the contexts of its phrases begin with `context`."""
    when = node.when.condition() if node.when else None
    if isinstance(node, SayNode):
        said = Phrase(f"{context}.text", node.text)
        return Step(node.say, Kind.SAY, said, when=when, voices=_voices(f"{context}.text", node.voices))
    choices = (_choice(context, choice) for choice in node.choices)
    return Step(
        name=node.step,
        kind=Kind(node.kind),
        ask=Phrase(f"{context}.ask", node.ask),
        voices=_voices(f"{context}.ask", node.voices),
        title=Phrase(f"{context}.title", node.title) if node.title else None,
        help=Phrase(f"{context}.help", node.help) if node.help else None,
        choices=(*_of_agencies(node.agencies, agencies), *choices),
        when=when,
        agency=node.agency,
        purpose=node.purpose,
        skip=node.skip,
        once=node.once,
        about_person=node.about == "person",
    )


def _voices(context: str, voices: dict[str, str]) -> dict[str, Phrase]:
    return {voice: Phrase(f"{context}.{voice}", text) for voice, text in voices.items()}


def _choice(context: str, node: ChoiceNode) -> Choice:
    context = f"{context}.{node.value}"
    return Choice(
        value=node.value,
        label=Phrase(f"{context}.label", node.label),
        words=Phrase(f"{context}.words", node.words) if node.words else None,
        flow=node.flow,
        later=node.later,
        when=node.when.condition() if node.when else None,
        listed=node.listed,
    )


def _of_agencies(which: str | None, agencies: Iterable[AskedAgency]) -> Iterable[Choice]:
    """Yield a choice for each agency that has a report, or that could have more of it."""
    for asked in agencies if which else ():
        agency, label = asked.step.agency or "", asked.step.title or asked.step.ask
        if which == "held":
            yield Choice(agency, label, asked.words, when=Is(SHARED, agency))
        elif not asked.gated:
            yield Choice(agency, label, asked.words, when=Not(Is(WHOLE, agency)))
