"""Hundreds of seeded people who answer at random: every talk can end, none shares unasked."""

import random

import pytest

from bot.core.asking import walk
from bot.core.conversation import Conversation, Stage
from bot.core.effects import Submit
from bot.core.flow import Kind
from bot.core.turn import flow_of
from casebridge.report import AnswerState, ConsentLevel
from tests.talk import KNOWLEDGE, Person

NOISE = (
    "back", "skip", "menu", "help", "change 2", "lang ar", "lang pl", "later", "blorp", "", "🙂", "1 2", "٣",
    "yes", "no", "done", "not sure", "07700 900123", "yesterday", "ok", "x" * 300, "knife", "new",
)  # fmt: skip
LONGEST_TALK = 400  # messages; a person who answers at random still comes to an end well before


def _next(person: Person, rng: random.Random) -> None:
    """Mostly answer what is asked, at times say anything at all."""
    last = person.messages[-1] if person.messages else None
    if last is None or rng.random() < 0.25:
        person.says(rng.choice(NOISE))
    elif last.options and rng.random() < 0.9:
        option = rng.choice(last.options)
        if rng.random() < 0.5:
            person.presses(last.step, option.value)
        else:
            person.says(str(last.options.index(option) + 1) if last.numbered else option.label)
    else:
        person.says(rng.choice(("they shouted at me", "done", "skip", "07700 900123", "last Saturday")))


@pytest.mark.parametrize("seed", range(300))
def test_a_random_talk_ends_and_shares_only_what_was_agreed(seed: int) -> None:
    rng = random.Random(seed)
    person = Person(rng.choice(("sms", "telegram", "web")))

    for _ in range(LONGEST_TALK):
        _next(person, rng)
        submits = [effect for effect in person.effects if isinstance(effect, Submit)]
        if submits:
            break
        assert person.heard
        assert Conversation.from_stored(person.talk.conversation.stored()) == person.talk.conversation
    else:
        _finish(person)
        submits = [effect for effect in person.effects if isinstance(effect, Submit)]

    for submit in submits:
        assert any(consent.allows() for consent in submit.report.consents)
        assert all(consent.wording for consent in submit.report.consents if consent.allows())
        asked = {a.name for a in submit.report.answers if a.state is not AnswerState.NOT_ASKED}
        assert asked <= {step.name for step in KNOWLEDGE.flows["report"].steps}


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_from_anywhere_first_choices_lead_to_the_end(language: str) -> None:
    person = Person().says(f"lang {language}")

    _finish(person)

    assert person.talk.conversation.stage is Stage.SENT
    assert {consent.level for consent in person.report.consents} == {ConsentLevel.WITH_DETAILS}


def _finish(person: Person) -> None:
    """Answer plainly until the report is sent."""
    for _ in range(40):
        conversation = person.talk.conversation
        if conversation.stage is Stage.SENT:
            return
        step = walk(flow_of(KNOWLEDGE, conversation), conversation.answers).pending
        if conversation.language is None:
            person.says("english")
        elif step is None or conversation.flow != "report" or conversation.stage is Stage.PAUSED:
            person.says("new" if conversation.flow != "report" else "hello")
        elif step.kind is Kind.STORY:
            person.says("they shouted at me\ndone")
        elif step.kind in (Kind.TEXT, Kind.CONTACT):
            person.says("07700 900123")
        elif step.name == "danger":
            person.presses(step.name, "no")
        else:
            person.presses(step.name, step.choices[0].value)
    raise AssertionError(person.question)
