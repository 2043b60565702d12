"""Messages that come late: their words are kept, and they never answer what their writer had not seen."""

import pytest

from bot.core.conversation import Stage
from bot.core.flow import AGREEING, Kind
from tests.talk import KNOWLEDGE, TEXTS, at_step

LONG = "they threw eggs at our window twice"
AGREES = [step.name for step in KNOWLEDGE.flows["report"].steps if step.kind in AGREEING]


def test_an_overtaken_message_is_no_answer_and_the_question_is_put_again() -> None:
    person = at_step("where").says_late("1", overtaken=True)

    assert person.question == "where"
    assert person.hears(TEXTS.came_late)
    assert person.messages[-1].step == "where"


def test_what_an_overtaken_message_tells_goes_with_the_story() -> None:
    person = at_step("where").says_late(LONG, overtaken=True)

    assert person.hears(TEXTS.came_late_kept)
    assert person.answer("story").value == f"they shouted at me\n\n{LONG}"


def test_the_same_words_are_not_kept_twice() -> None:
    person = at_step("where").says_late(LONG, overtaken=True).says_late(LONG, overtaken=True)

    assert str(person.answer("story").value).count(LONG) == 1
    assert person.hears(TEXTS.came_late)


def test_before_the_story_they_wait_for_it() -> None:
    person = at_step("role").says_late(LONG, overtaken=True)

    assert person.talk.conversation.parts == (LONG,)


def test_an_answer_nobody_was_waiting_for_counts_and_the_next_question_is_put_before_the_next_is_read() -> (
    None
):
    person = at_step("danger").says_late("no")
    assert person.talk.conversation.stage is Stage.PAUSED
    after = person.question

    person.says("1")

    assert after != "danger"
    assert person.question == after
    assert person.hears(TEXTS.welcome_back)


@pytest.mark.parametrize("step", AGREES)
@pytest.mark.parametrize("overtaken", [True, False])
def test_nothing_is_agreed_to_late(step: str, overtaken: bool) -> None:
    person = at_step(step).says_late("yes", overtaken=overtaken)

    assert step not in person.talk.conversation.answers


@pytest.mark.parametrize("overtaken", [True, False])
def test_nothing_is_sent_late(overtaken: bool) -> None:
    person = at_step("review").says_late("send", overtaken=overtaken)

    assert person.effects == ()
    assert person.question == "review"
    assert next(step for step in KNOWLEDGE.flows["report"].steps if step.name == "review").kind is Kind.REVIEW


@pytest.mark.parametrize("overtaken", [True, False])
def test_stop_and_delete_are_never_too_late(overtaken: bool) -> None:
    stopped = at_step("where").says_late("stop", overtaken=overtaken)
    deleted = at_step("where").says_late("delete", overtaken=overtaken)

    assert stopped.talk.conversation.stage is Stage.STOPPED
    assert "story" not in deleted.talk.conversation.answers


def test_danger_in_a_late_message_is_not_passed_over() -> None:
    person = at_step("where").says_late("he is here", overtaken=True)

    assert person.hears(TEXTS.danger_card)


@pytest.mark.parametrize("step", ["review", *AGREES])
def test_nothing_is_agreed_to_or_sent_by_a_button_whose_answer_nobody_hears(step: str) -> None:
    person = at_step(step, "whatsapp").presses_late(step, "send" if step == "review" else "yes")

    assert (person.question, person.effects) == (step, ())
    assert person.talk.conversation.stage is Stage.PAUSED


def test_any_other_late_button_counts() -> None:
    assert "danger" in at_step("danger", "whatsapp").presses_late("danger", "no").talk.conversation.answers
