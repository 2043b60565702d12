"""Ten thousand seeded people who answer at random: every talk can end, none shares unasked."""

import random

import pytest

from bot.core.asking import walk
from bot.core.conversation import Conversation, Stage
from bot.core.effects import Submit
from bot.core.flow import ENOUGH, ROLE, Kind
from bot.core.turn import flow_of
from casebridge.report import AnswerState, ConsentLevel
from tests.talk import KNOWLEDGE, Person

NOISE = (
    "back", "skip", "menu", "help", "change 2", "lang ar", "lang pl", "later", "blorp", "", "🙂", "1 2", "٣",
    "yes", "no", "done", "not sure", "07700 900123", "yesterday", "ok", "x" * 300, "knife", "new",
)  # fmt: skip
WALKS, BLOCK = 10_000, 500
LONGEST_TALK = 400  # messages; a person who answers at random still comes to an end well before


def _next(person: Person, rng: random.Random) -> None:
    """Mostly answer what is asked, at times say anything at all."""
    last = person.messages[-1] if person.messages else None
    if last is not None and last.step == "review" and rng.random() < 0.5:
        person.presses("review", "send")
    elif last is None or rng.random() < 0.15:
        person.says(rng.choice(NOISE))
    elif last.options and rng.random() < 0.9:
        option = rng.choice(last.options)
        if rng.random() < 0.5:
            person.presses(last.step, option.value)
        else:
            person.says(str(last.options.index(option) + 1) if last.numbered else option.label)
    else:
        person.says(rng.choice(("they shouted at me", "done", "skip", "07700 900123", "last Saturday")))


@pytest.mark.parametrize("block", range(WALKS // BLOCK))
def test_random_talks_end_and_share_only_what_was_asked_for_and_agreed(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        rng = random.Random(seed)
        person = Person(rng.choice(("sms", "telegram", "web")))
        before = person.talk.conversation

        for _ in range(LONGEST_TALK):
            before = person.talk.conversation
            _next(person, rng)
            if _sent(person):
                break
            assert person.heard, seed
        else:
            before = _finish(person)

        for submit in _sent(person):
            _shares_only_what_was_agreed(submit, before, seed)


def _sent(person: Person) -> list[Submit]:
    return [effect for effect in person.effects if isinstance(effect, Submit)]


def _shares_only_what_was_agreed(submit: Submit, before: Conversation, seed: int) -> None:
    """Look at a report beside the talk it came from."""
    report, flow = submit.report, flow_of(KNOWLEDGE, before)
    on_path = {step.name for step in walk(flow, before.answers).path}
    told = {answer.name for answer in report.answers if answer.state is not AnswerState.NOT_ASKED}
    consents = {flow_step.agency: flow_step.name for flow_step in flow.steps if flow_step.agency}
    assert any(consent.allows() for consent in report.consents), seed
    assert told <= on_path, seed
    for consent in report.consents:
        given = before.answers[consents[consent.agency]]
        assert consent.level == given.value, seed
        assert not consent.allows() or consent.wording == given.wording != "", seed


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_from_anywhere_first_choices_lead_to_the_end(language: str) -> None:
    person = Person().says(f"lang {language}")

    _finish(person)

    assert person.talk.conversation.stage is Stage.SENT
    assert {consent.level for consent in person.report.consents} == {ConsentLevel.WITH_DETAILS}


def _finish(person: Person) -> Conversation:
    """Answer plainly until the report is sent; return the talk as it was before the last word."""
    before = person.talk.conversation
    for _ in range(60):
        conversation = person.talk.conversation
        if conversation.stage is Stage.SENT:
            return before
        before = conversation
        flow = flow_of(KNOWLEDGE, conversation)
        step = walk(flow, conversation.answers).pending
        if conversation.language is None:
            person.says("english")
        elif step is None or flow.step(ROLE) is None or conversation.stage is Stage.PAUSED:
            person.says("new" if flow.step(ROLE) is None else "hello")
        elif step.kind is Kind.STORY:
            person.says("they shouted at me\ndone")
        elif step.kind in (Kind.TEXT, Kind.CONTACT):
            person.says("07700 900123")
        elif step.name == "danger":
            person.presses(step.name, "no")
        elif step.kind is Kind.THEMES:
            person.presses(step.name, ENOUGH)
        else:
            person.presses(step.name, step.choices[0].value)
    raise AssertionError(person.question)
