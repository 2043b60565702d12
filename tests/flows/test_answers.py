"""Hundreds of things people really type (answers.tsv), each played to the question it answers.

`expected` is what a careful person would want, written before the engine was asked: the value (codes joined
by "+"), `again`, `skipped`, `unknown`, `card` or `command`. Being asked again is a miss; a wrong answer
taken for right is not allowed once.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.core.commands import Command, called
from bot.core.conversation import Answer, Conversation, Stage
from bot.core.flow import AGREEING, Kind
from bot.core.normal import normal
from bot.transcript import Talk
from casebridge.report import AnswerState
from tests.talk import KNOWLEDGE, TEXTS, Person, at_step

UNDERSTOOD = 0.95  # at least this share exactly as expected
NOT_TAKEN = frozenset({"again", "card", "command"})
NOT_AN_ANSWER = NOT_TAKEN | {"skipped", "unknown"}
ASKING = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, Kind.PLACE, Kind.DATE, Kind.CONTACT,
                    *AGREEING, Kind.REVIEW, Kind.THEMES})  # fmt: skip
CARDS = (TEXTS.danger_card, TEXTS.concern_card, TEXTS.self_harm_card)


class Row(NamedTuple):
    """One line of answers.tsv."""

    language: str
    step: str
    typed: str
    expected: str

    @property
    def values(self) -> frozenset[str]:
        return frozenset(self.expected.split("+"))


def read_rows() -> tuple[Row, ...]:
    lines = Path(__file__).with_name("answers.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(Row(*line.split("\t")) for line in lines[1:])


ROWS = read_rows()
STEPS = {step.name: step for flow in reversed([*KNOWLEDGE.flows.values()]) for step in flow.steps}


def outcome(row: Row) -> str:
    """Type it where the question is open, and say in the words of the table what came of it."""
    person = Person()
    person.talk = Talk(KNOWLEDGE, _asked(row.step, row.language))
    before = person.talk.conversation
    person.says(row.typed)
    return _command(row) or _taken(row.step, before, person) or _not_taken(row.step, person)


@cache
def _asked(step: str, language: str) -> Conversation:
    """Return a conversation in which the question of that name is open, in that language."""
    person = at_step(step)
    if language != "en":
        person.says(f"lang {language}")
    assert person.question == step, f"{step} is not asked but {person.question}"
    return person.talk.conversation


def _command(row: Row) -> str:
    call = called(normal(row.typed), TEXTS, KNOWLEDGE.phrasebook)
    return "command" if call is not None and call.command is not Command.SKIP else ""


def _taken(step: str, before: Conversation, person: Person) -> str:
    """Return the value that was taken as the answer, "" where none was."""
    after = person.talk.conversation
    if step == "review":
        if after.stage is Stage.SENT:
            return "send"
        return "change" if after.choosing else "more" if person.question == "more" else ""
    if after.flow != before.flow:
        led = (choice.value for choice in STEPS[step].choices if choice.flow == after.flow)
        return next(led, "")
    if person.hears(TEXTS.later):
        return "come_back"
    given = after.answers.get(step)
    return "" if given is None or given == before.answers.get(step) else _written(given)


def _written(given: Answer) -> str:
    if given.state is not AnswerState.ANSWERED:
        return {AnswerState.SKIPPED: "skipped", AnswerState.DONT_KNOW: "unknown"}[given.state]
    if not isinstance(given.value, Mapping):
        return "+".join(given.codes)
    value = given.value
    match value["kind"]:
        case "day":
            return f"{value['day']} {value.get('part', '')}".strip()
        case "described":
            return f"described {value.get('outcode', '')}".strip()
        case kind:
            return str(value.get(kind, kind))


def _not_taken(step: str, person: Person) -> str:
    """Say whether a card was shown, or the question was asked again with a word on why."""
    if any(person.hears(card) for card in CARDS):
        return "card"
    questions = STEPS[step].asks_in
    useful = person.question == step and any(map(person.hears, questions)) and len(person.messages) > 1
    return "again" if useful else "nothing useful"


def as_expected(row: Row, found: str) -> bool:
    return found == row.expected or frozenset(found.split("+")) == row.values


def told(misses: Mapping[Row, str]) -> str:
    return "\n".join(
        f"  {row.language} {row.step}: {row.typed!r} is {found}, not {row.expected}"
        for row, found in misses.items()
    )


@pytest.fixture(scope="module")
def misses() -> dict[Row, str]:
    """Return every row that did not come out as expected, and what came of it."""
    outcomes = {row: outcome(row) for row in ROWS}
    return {row: found for row, found in outcomes.items() if not as_expected(row, found)}


def test_nothing_typed_is_taken_for_what_was_not_meant(misses: Mapping[Row, str]) -> None:
    wrong = {row: found for row, found in misses.items() if found not in NOT_TAKEN}

    assert not wrong, f"{len(wrong)} answers taken wrongly:\n{told(wrong)}"


def test_nearly_all_that_people_type_is_understood(misses: Mapping[Row, str]) -> None:
    share = 1 - len(misses) / len(ROWS)

    print(f"{share:.1%} of {len(ROWS)} rows as expected; missed:\n{told(misses)}")  # noqa: T201 - for -s

    assert share >= UNDERSTOOD


def test_every_question_with_choices_days_places_and_contacts_is_in_the_table() -> None:
    asked = {step.name for step in STEPS.values() if step.kind in ASKING}

    assert {row.step for row in ROWS} == asked


def test_the_table_expects_only_values_a_question_has() -> None:
    unheard_of = [
        row
        for row in ROWS
        if STEPS[row.step].choices
        and STEPS[row.step].kind not in (Kind.DATE, Kind.PLACE)
        and not all(STEPS[row.step].choice(value) for value in row.values - NOT_AN_ANSWER)
    ]

    assert not unheard_of
    assert len(set(ROWS)) == len(ROWS) >= 300


def test_a_vague_word_is_never_expected_to_consent() -> None:
    vague = {"ok", "okay", "sure", "fine", "👍", "i suppose", "whatever you think"}

    assert {row.expected for row in ROWS if row.step.startswith("consent_") and row.typed in vague} == {
        "again"
    }
