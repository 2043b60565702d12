"""A person in a test: says things, hears things, and leaves a report."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from bot.core.asking import walk
from bot.core.conversation import Answer, Inbound, Pressed, Refusal, Stage
from bot.core.effects import Effect, Found, Submit
from bot.core.phrases import Phrase
from bot.core.turn import flow_of
from bot.knowing import read_knowledge
from bot.transcript import CODE, REFERENCE, Talk
from bot.wording import Message, as_text
from casebridge.report import ConsentLevel, Report

KNOWLEDGE = read_knowledge("stockton-on-tees")
TEXTS = KNOWLEDGE.texts
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday

SHORT_REPORT = (
    "english", "1", "1", "they shouted at me", "done", "1", "no", "1", "3", "no", "1",
)  # fmt: skip
"""The shortest English report, to the case group with details; the last word sends it."""
ALL_THEMES = " ".join(str(n) for n, _ in enumerate(KNOWLEDGE.flows["report"].themes.choices[:-1], 1))  # type: ignore[union-attr]


class Person:
    """Somebody who talks to the engine, with the conversation stored between any two turns."""

    def __init__(self, channel: str = "sms", at: datetime = NOON) -> None:
        self.talk = Talk.begin(KNOWLEDGE, channel)
        self.at = at
        self.messages: tuple[Message, ...] = ()
        self.effects: tuple[Effect, ...] = ()

    def says(self, *texts: str) -> "Person":
        for text in texts:
            self._send(Inbound(text, self.at, reference=REFERENCE, code=CODE))
        return self

    def presses(self, step: str, *values: str, text: str = "") -> "Person":
        self._send(Inbound(text, self.at, Pressed(step, values), reference=REFERENCE, code=CODE))
        return self

    def sends(self, *photos: str, refused: Refusal | None = None, text: str = "") -> "Person":
        """Send pictures that could be read, by their ids; without any, what is none."""
        self._send(Inbound(text, self.at, attachment=True, photos=photos, refused=refused))
        return self

    def says_late(self, text: str, *, overtaken: bool = False) -> "Person":
        """Say something that arrives when nobody waits for a reply, or after what was written later."""
        self._send(
            Inbound(text, self.at, reference=REFERENCE, code=CODE, late=not overtaken, overtaken=overtaken)
        )
        return self

    def presses_late(self, step: str, *values: str) -> "Person":
        """Press a button when nobody waits for a reply."""
        pressed = Pressed(step, values)
        self._send(Inbound("", self.at, pressed, reference=REFERENCE, code=CODE, late=True))
        return self

    def writes(self, number: int, text: str, **more: Any) -> "Person":
        """Say something in a chat whose messages have numbers."""
        self._send(
            Inbound(text, self.at, reference=REFERENCE, code=CODE, number=number, serial=number, **more)
        )
        return self

    def edits(self, number: int, text: str, serial: int = 1000, **more: Any) -> "Person":
        """Put other words in place of what was said."""
        self._send(
            Inbound(text, self.at, reference=REFERENCE, code=CODE, edits=number, serial=serial, **more)
        )
        return self

    def _send(self, inbound: Inbound) -> None:
        self.messages, self.effects = self.talk.say(inbound)

    @property
    def heard(self) -> str:
        return as_text(self.messages)

    def hears(self, phrase: Phrase) -> bool:
        """Whether one of the messages is or contains the phrase, up to its first gap."""
        language = self.talk.conversation.language or "en"
        words = KNOWLEDGE.phrasebook.text(phrase, language).split("{")[0]
        return any(words in message.text for message in self.messages)

    @property
    def question(self) -> str:
        """The name of the step now open, "" where none is."""
        conversation = self.talk.conversation
        step = walk(flow_of(KNOWLEDGE, conversation), conversation.answers).pending
        return step.name if step else ""

    def answer(self, step: str) -> Answer:
        return self.talk.conversation.answers[step]

    @property
    def report(self) -> Report:
        sent = [effect.report for effect in self.effects if isinstance(effect, Submit)]
        return sent[0]


def at_step(step: str, channel: str = "sms", *, photos: bool = False) -> Person:
    """Return a person with the question of that name before them, in whichever flow it is asked first.

    With `photos` they sent one with their story.
    """
    flow = next(flow for flow in KNOWLEDGE.flows.values() if flow.step(step))
    match flow.name:
        case "return" | "feedback":
            return _coming_back_to(step, channel)
        case "did_it":
            return Person(channel).says("english", "i did it")
        case "on_behalf":
            return telling(step, channel, role="3", **BEFORE.get(step, {}))
    person = Person(channel)
    photos = photos or step == "originals"
    for text in SHORT_REPORT if step not in BEFORE else ():
        if photos and person.question == "story" and not person.talk.conversation.photos:
            person.sends("a photo")
        if person.question == step and person.talk.conversation.language:
            return person
        person.says(text)
    return telling(step, channel, **BEFORE.get(step, {}))


BEFORE: Mapping[str, Mapping[str, str]] = {
    "safe_to_go_on": {"danger": "yes"},
    "agreed": {"role": "2"},
    "contact_details": {"contact": "yes"},
    "shared_device": {"contact": "yes"},
    "voicemail": {"contact": "yes"},
    "contact_safe": {"contact": "yes"},
    "safe_word": {"contact": "yes"},
    "follow_up": {"contact": "yes"},
    "follow_up_hours": {"contact": "yes"},
    "show_help": {"contact": "yes", "shared_device": "yes"},
    "faith": {"why": "religion"},
    "at_home": {"where": "High Street, Stockton"},
    "tenure": {"where": "1"},
    "helpline": {"offender_known": "3"},
    "getting_worse": {"repeat": "2"},
    "police_reference": {"reported_before": "police"},
    "relation": {"role": "2"},
    "consent_thirteen": {"where": "1", "tenure": "1"},
    "consent_safe_at_home": {"where": "1"},
    "consent_mediation": {"contact": "yes", "offender_known": "2", "repeat": "1"},
}
"""What is to be said before a question that not everybody is asked."""


def comes_back(channel: str = "sms", **known: Any) -> Person:
    """Return somebody who has just sent the return code of a report made on another phone."""
    person = Person(channel)
    shared = {"case_group": ConsentLevel.WITH_DETAILS, "police": ConsentLevel.WITHOUT_DETAILS}
    found = Found(REFERENCE, "acknowledged", shared=shared, involvement="victim")
    person.talk.found = replace(found, **known)
    return person.says("english", "i have a return code", CODE)


def _coming_back_to(step: str, channel: str) -> Person:
    if step == "code":
        return Person(channel).says("english", "i have a return code")
    person = comes_back(
        channel, status="closed", reason="support_given", questions={"1": "Who?"}, survey=True
    )
    asks_next = KNOWLEDGE.flows["return"].step("next")
    assert asks_next is not None
    for choice in asks_next.choices:
        trial = comes_back(channel, **_found(person))
        if step == "next":
            return trial
        trial.presses("next", choice.value)
        for said in ("skip", "1", "1", CODE, "they came\ndone", *["skip"] * 6):
            if trial.question == step:
                return trial
            trial.says(said)
    raise AssertionError(step)


def _found(person: Person) -> dict[str, Any]:
    found = person.talk.found
    assert found is not None
    return {field.name: getattr(found, field.name) for field in fields(found)}


def telling(until: str, channel: str = "sms", **answers: str) -> Person:
    """Return a person who adds all there is to add, these answers among it, up to a question or "sent"."""
    person = Person(channel).says("english")
    told_more = False
    while person.question != until or (until == "review" and not told_more):
        if person.talk.conversation.stage in (Stage.SENT, Stage.OVER):
            assert until == "sent", until
            return person
        question = person.question
        plain = "more" if question == "review" and not told_more else "1"
        told_more = told_more or question == "review"
        person.says(*answers.get(question, _PLAIN.get(question, plain)).split("|"))
    return person


_PLAIN = {
    "story": "they shouted at me|done",
    "contact": "no",
    "contact_details": "07700 900123",
    "voicemail": "no message",
    "contact_safe": "skip",
    "safe_word": "skip",
    "more": ALL_THEMES,
    "words_used": "skip",
    "when": "yesterday",
    "where": "3",
    "offender_description": "skip",
    "police_reference": "skip",
    "impact": "none of these",
    "age": "adult",
    "organisation": "skip",
}
"""What is answered where "1" is no answer, or more than a plain one."""
