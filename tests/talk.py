"""A person in a test: says things, hears things, and leaves a report."""

from datetime import UTC, datetime

from bot.core.asking import walk
from bot.core.conversation import Answer, Inbound, Pressed, Stage
from bot.core.effects import Effect, Submit
from bot.core.phrases import Phrase
from bot.core.turn import flow_of
from bot.knowing import read_knowledge
from bot.transcript import CODE, REFERENCE, Talk
from bot.wording import Message, as_text
from casebridge.report import Report

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

    def sends_a_photo(self) -> "Person":
        self._send(Inbound("", self.at, attachment=True))
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


def at_step(step: str, channel: str = "sms") -> Person:
    """Return a person with the question of that name before them: in the short report, or told of more."""
    person = Person(channel)
    for text in SHORT_REPORT:
        if person.question == step and person.talk.conversation.language:
            return person
        person.says(text)
    return telling(step, channel, **({"why": "religion"} if step == "faith" else {}))


def telling(until: str, channel: str = "sms", **answers: str) -> Person:
    """Return a person who adds all there is to add, these answers among it, up to a question or "sent"."""
    person = Person(channel).says("english")
    told_more = False
    while person.question != until or (until == "review" and not told_more):
        if person.talk.conversation.stage is Stage.SENT:
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
}
"""What is answered where "1" is no answer, or more than a plain one."""
