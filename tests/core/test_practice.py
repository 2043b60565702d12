"""Practice for front-line staff: the same talk, marked in every turn, that can never send anything."""

import random

import pytest

from bot.core.effects import Erase
from bot.transcript import CODE
from tests.core.test_walks import _next
from tests.talk import SHORT_REPORT, TEXTS, Person, at_step


def practising(*says: str, channel: str = "sms") -> Person:
    return Person(channel).says("english", "practice mode", *says)


@pytest.mark.parametrize("channel", ["sms", "telegram", "web"])
def test_a_practice_report_ends_with_whom_it_would_have_gone_to(channel: str) -> None:
    person = practising(*SHORT_REPORT[1:], channel=channel)

    assert person.effects == (Erase(),)
    assert "would have gone to: Case group." in person.heard
    assert not person.talk.conversation.practice


def test_every_turn_of_practice_says_so() -> None:
    person = practising()
    assert person.hears(TEXTS.practice_on)

    for said in SHORT_REPORT[1:-1]:
        assert person.says(said).hears(TEXTS.practice_mark), said


def test_practice_can_begin_before_the_language_is_chosen() -> None:
    person = Person().says("practice mode", "english", "me")

    assert person.hears(TEXTS.practice_mark)
    assert person.question == "danger"


def test_in_the_middle_of_a_real_report_the_words_are_no_command() -> None:
    person = at_step("contact").says("practice mode")

    assert not person.talk.conversation.practice
    assert person.answer("story").value == "they shouted at me"


@pytest.mark.parametrize("said", [CODE, "i have a return code"])
def test_a_real_code_opens_nothing_in_practice(said: str) -> None:
    person = practising(said)
    if said != CODE:
        person.says(CODE)

    assert person.hears(TEXTS.practice_no_code)
    assert person.effects == ()


def test_delete_leaves_practice() -> None:
    person = practising("me", "delete", "hello", "english")

    assert not person.hears(TEXTS.practice_mark)


def test_no_random_practice_asks_anything_of_the_outside_but_to_forget() -> None:
    for seed in range(300):
        rng = random.Random(seed)
        person = practising(channel=rng.choice(("sms", "telegram", "web")))
        for _ in range(40):
            was_practice = person.talk.conversation.practice
            _next(person, rng)
            if was_practice:
                assert all(isinstance(effect, Erase) for effect in person.effects), seed
