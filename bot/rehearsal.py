"""A talk played from what staff typed and pressed, with what the machine made of each message.

Nothing of it is kept anywhere: whoever shows it sends the whole of it back, and it is played from
its beginning. Knows no service and no database, so that no word of it can come to the queue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.core.asking import Knowledge, Walk, walk
from bot.core.conversation import Answer, Conversation, Inbound, Pressed, Stage
from bot.core.effects import Effect, Keep, Submit
from bot.core.flow import Step
from bot.core.language import LANGUAGE_STEP
from bot.core.normal import clean
from bot.core.phrases import ENGLISH
from bot.core.pressing import labels_pressed
from bot.core.reporting import to_report
from bot.core.triage import triage
from bot.core.turn import flow_of, start
from bot.handset import without_slash
from bot.keeping import kept
from bot.transcript import CODE, REFERENCE, Talk
from bot.wording import Message
from casebridge.area import Agency, Area
from casebridge.report import AnswerState, ConsentLevel, Involvement, Report, Urgency, Value
from casebridge.routing import view_for

MOST_SAID = 400  # messages; a report told in full takes about 60
MOST_HOURS = 10 * 365 * 24
GREETINGS = {"sms": "hello", "telegram": "/start", "whatsapp": "hello"}


class Said(BaseModel):
    """One message from the phone: typed, pressed, or both; `hours` after the talk began."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: int = Field(0, ge=0, le=MOST_HOURS)
    text: str = ""
    step: str = Field("", max_length=100)
    values: tuple[str, ...] = Field((), max_length=50)


class Rehearsal(BaseModel):
    """All there is of a talk. `hours` is where its clock stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Literal["sms", "telegram", "web", "whatsapp"]
    language: str
    begun: AwareDatetime = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC))
    hours: int = Field(0, ge=0, le=MOST_HOURS)
    said: tuple[Said, ...] = Field(min_length=1, max_length=MOST_SAID)

    @classmethod
    def begin(cls, channel: str, language: str, now: datetime) -> "Rehearsal":
        """Return a talk with its first messages: a greeting where there is no page, then the language.

        Raises pydantic's ValidationError for a channel there is not.
        """
        greeting = GREETINGS.get(channel)
        chosen = Said(step=LANGUAGE_STEP, values=(language,))
        said = (Said(text=greeting), chosen) if greeting else (chosen,)
        return cls.model_validate({"channel": channel, "language": language, "begun": now, "said": said})

    @property
    def now(self) -> datetime:
        return self.begun + timedelta(hours=self.hours)

    def with_said(self, text: str, step: str, values: tuple[str, ...]) -> "Rehearsal":
        """Return it with one more message. Raises ValidationError where that is too much."""
        said = Said(hours=self.hours, text=text, step=step, values=values)
        return Rehearsal.model_validate({**dict(self), "said": (*self.said, said)})

    def later(self, hours: int) -> "Rehearsal":
        """Return it with its clock moved on. Raises ValidationError where that is too far."""
        return Rehearsal.model_validate({**dict(self), "hours": self.hours + hours})


@dataclass(frozen=True, slots=True)
class Played:
    """One message and what came of it."""

    at: datetime
    said: str  # as the phone shows it; a button by what is written on it
    messages: tuple[Message, ...]
    understood: Mapping[str, Answer]  # the answers this message added or changed
    effects: tuple[Effect, ...]
    forgotten: bool  # the talk before it would have been erased by now
    after: Conversation

    @property
    def report(self) -> Report | None:
        """The report that would be sent here."""
        return next((effect.report for effect in self.effects if isinstance(effect, Submit)), None)


@dataclass(frozen=True, slots=True)
class Share:
    """What one agency would have of a report: names of answers. `level` is None while it was not asked."""

    agency: str
    level: ConsentLevel | None
    whole: tuple[str, ...] = ()
    rough: tuple[str, ...] = ()  # the month instead of the day, the area instead of the place
    kept_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a talk stands: what is asked, and the report as it would be now, or as it was sent."""

    stage: Stage
    flow: str
    open: Step | None
    answers: Mapping[str, tuple[str, Value]]  # name: state, value
    band: Urgency
    reasons: tuple[str, ...]
    report: Report | None  # None while it is not known whose it is
    sent: bool


def play(knowledge: Knowledge, rehearsal: Rehearsal) -> tuple[Played, ...]:
    """Play the talk from its beginning."""
    return tuple(_turns(knowledge, rehearsal))


def _turns(knowledge: Knowledge, rehearsal: Rehearsal) -> Iterator[Played]:
    talk = Talk.begin(knowledge, rehearsal.channel)
    kept_until = datetime.max.replace(tzinfo=UTC)
    for said in rehearsal.said:
        at = rehearsal.begun + timedelta(hours=said.hours)
        forgotten = at > kept_until
        if forgotten:
            talk = Talk(knowledge, start(knowledge, rehearsal.channel), talk.found)
        before = talk.conversation
        messages, effects = talk.say(_inbound(said, rehearsal.channel, at))
        after = talk.conversation
        ended = any(not isinstance(effect, Keep) for effect in effects)
        kept_until = at + kept(after.stage, ended=ended)
        yield Played(
            at=at,
            said=_shown(knowledge, said, before, messages),
            messages=messages,
            understood={n: a for n, a in after.answers.items() if before.answers.get(n) != a},
            effects=effects,
            forgotten=forgotten,
            after=after,
        )


def _inbound(said: Said, channel: str, at: datetime) -> Inbound:
    text = clean(said.text)
    pressed = Pressed(said.step, said.values) if said.step and said.values else None
    return Inbound(
        without_slash(text) if channel == "telegram" else text, at, pressed, reference=REFERENCE, code=CODE
    )


def _shown(knowledge: Knowledge, said: Said, before: Conversation, messages: tuple[Message, ...]) -> str:
    if not said.values:
        return said.text
    language = messages[0].language if messages else before.language or ENGLISH
    labels = labels_pressed(knowledge, Pressed(said.step, said.values), before.flow)
    words = ", ".join(knowledge.phrasebook.text(label, language) for label in labels)
    return "\n".join(filter(None, (said.text, words)))


def standing(knowledge: Knowledge, played: tuple[Played, ...]) -> Standing:
    """Return where a talk stands after its last message."""
    last = played[-1]
    conversation = last.after
    flow = flow_of(knowledge, conversation)
    if conversation.stage is Stage.SENT:
        report = next(turn.report for turn in reversed(played) if turn.report)
        answers = {
            a.name: (a.state.value, a.value) for a in report.answers if a.state is not AnswerState.NOT_ASKED
        }
        return Standing(
            Stage.SENT, flow.name, None, answers, report.urgency, report.reasons, report, sent=True
        )
    way = walk(flow, conversation.answers)
    triaged = triage(knowledge.triage, way.answers)
    return Standing(
        stage=conversation.stage,
        flow=flow.name,
        open=way.pending if conversation.language else None,
        answers={name: (a.state.value, a.value) for name, a in way.answers.items()},
        band=triaged.band,
        reasons=triaged.reasons,
        report=_as_it_would_be(knowledge, way, conversation, last.at),
        sent=False,
    )


def open_step(knowledge: Knowledge, conversation: Conversation) -> Step | None:
    """Return the question now before the person."""
    if conversation.language is None or conversation.stage is not Stage.OPEN:
        return None
    return walk(flow_of(knowledge, conversation), conversation.answers).pending


def _as_it_would_be(
    knowledge: Knowledge, way: Walk, conversation: Conversation, at: datetime
) -> Report | None:
    role = way.answers.get("role")
    if role is None or role.value not in set(Involvement):
        return None
    inbound = Inbound("", at, reference=REFERENCE)
    flow, known = flow_of(knowledge, conversation), knowledge
    return to_report(flow, way.path, conversation, inbound, known.directory.area, known.triage)


def shares(report: Report | None, area: Area) -> tuple[Share, ...]:
    """Return what each agency of the area would have, in the order of the area's file."""
    return tuple(_share(report, agency) for agency in area.agencies)


def _share(report: Report | None, agency: Agency) -> Share:
    consents = report.consents if report else ()
    level = next((given.level for given in reversed(consents) if given.agency == agency.id), None)
    if report is None or level is None:
        return Share(agency.name, level)
    told = {answer.name: answer.value for answer in report.answers if answer.value is not None}
    view = view_for(report, agency)
    had = {answer.name: answer.value for answer in view.answers} if view else {}
    return Share(
        agency.name,
        level,
        whole=tuple(name for name in told if had.get(name) == told[name]),
        rough=tuple(name for name in told if had.get(name) not in (None, told[name])),
        kept_back=tuple(name for name in told if had.get(name) is None),
    )
