"""Edited messages: they correct the answer they gave, and never what was agreed to or sent."""

import pytest

from bot.core.conversation import Attached, Conversation, Stage
from bot.core.editing import MOST_WRITTEN
from bot.core.flow import AGREEING, Kind
from tests.talk import KNOWLEDGE, TEXTS, Person, at_step

STEPS = KNOWLEDGE.flows["report"].steps
AGREES = [step.name for step in STEPS if step.kind in AGREEING]
LONG = "they threw eggs at our window twice"


def telling(*parts: str) -> Person:
    person = at_step("story")
    for number, part in enumerate(parts, 1):
        person.writes(number, part)
    return person


def test_an_edited_answer_is_understood_anew_and_the_open_question_put_again() -> None:
    person = at_step("when").writes(1, "yesterday")
    open_now = person.question

    person.edits(1, "today")

    assert person.answer("when").value == {"kind": "day", "day": "2026-11-18", "precision": "day"}
    assert person.hears(TEXTS.edit_noted)
    assert person.question == person.messages[-1].step == open_now


def test_an_edited_answer_makes_other_questions_relevant() -> None:
    person = at_step("where").writes(1, "online")
    after_online = person.question

    person.edits(1, "at home")

    assert (after_online, person.question) == ("offender_known", "tenure")


@pytest.mark.parametrize("words", ["qqqq", "?", "\N{BEATING HEART}"])
def test_an_edit_that_is_no_answer_changes_nothing_and_says_so(words: str) -> None:
    person = at_step("when").writes(1, "yesterday")
    before = person.talk.conversation

    person.edits(1, words)

    assert person.talk.conversation.answers == before.answers
    assert person.hears(TEXTS.edit_unchanged)
    assert person.question == person.messages[-1].step


def test_other_words_for_the_same_answer_are_told_to_change_nothing() -> None:
    person = at_step("danger").writes(1, "no")
    before = person.talk.conversation.answers

    person.edits(1, "nope")

    assert person.talk.conversation.answers == before
    assert person.hears(TEXTS.edit_unchanged)


def test_an_edit_of_something_else_than_the_words_is_passed_over() -> None:
    person = at_step("where").writes(1, "Library in Norton Road").edits(1, "Library in Norton Road")

    assert person.messages == ()


def test_words_not_understood_at_first_are_taken_once_they_are_edited() -> None:
    person = at_step("danger").writes(1, "qqqq")
    assert person.question == "danger"

    person.edits(1, "no")

    assert person.answer("danger").value == "no"
    assert person.question != "danger"


@pytest.mark.parametrize("step", AGREES)
def test_nothing_agreed_to_is_changed_by_an_edit(step: str) -> None:
    person = at_step(step).writes(1, "no")
    before = person.talk.conversation.answers

    person.edits(1, "yes")

    assert person.talk.conversation.answers == before
    assert person.hears(TEXTS.edit_unchanged)


@pytest.mark.parametrize("step", AGREES)
def test_nothing_is_agreed_to_by_an_edit(step: str) -> None:
    person = at_step(step).writes(1, "hm").edits(1, "yes")

    assert step not in person.talk.conversation.answers


def test_nothing_is_sent_by_an_edit() -> None:
    person = at_step("review").writes(1, "hm").edits(1, "send")

    assert person.effects == ()
    assert person.question == "review"


def test_who_it_is_about_is_not_changed_by_an_edit() -> None:
    person = at_step("role").writes(1, "1")
    before = person.talk.conversation.answers

    person.edits(1, "2")

    assert person.talk.conversation.answers == before


def test_a_part_of_the_story_is_replaced_while_it_is_told() -> None:
    person = telling("one man shouted", "then he ran").edits(1, "two men shouted at me")

    assert person.talk.conversation.parts == ("two men shouted at me", "then he ran")
    assert person.question == "story"


def test_every_part_of_the_story_can_be_replaced_after_it_was_told() -> None:
    person = telling("one man shouted", "then he ran\ndone")

    person.edits(1, "two men shouted at me", 1001).edits(2, "then they ran\ndone", 1002).edits(
        1, "two men", 1003
    )

    assert person.answer("story").value == "two men\n\nthen they ran"
    assert person.hears(TEXTS.edit_noted)


def test_a_part_told_before_a_change_is_still_found_in_the_longer_story() -> None:
    person = telling("one man shouted", "then he ran\ndone").says("back")
    assert person.question == "story"

    person.writes(7, "it was dark\ndone").edits(7, "it was light\ndone", 1001).edits(2, "then he left", 1002)

    assert person.answer("story").value == "one man shouted\n\nthen he left\n\nit was light"


def test_what_was_thrown_away_is_not_brought_back() -> None:
    person = telling("one man shouted").says("start over").edits(1, LONG)

    assert person.talk.conversation.parts == ()
    assert person.hears(TEXTS.edit_unchanged)


def test_a_first_message_kept_for_the_story_can_be_edited_before_a_language_is_chosen() -> None:
    person = Person("telegram").writes(1, LONG).edits(1, f"{LONG} today").says("english")

    assert person.talk.conversation.parts == (f"{LONG} today",)


def test_after_sending_an_edit_changes_nothing_and_is_told_so() -> None:
    person = telling("one man shouted", "done")
    person.says("1", "no", "1", "3", "no", "1")
    sent = person.talk.conversation
    assert sent.stage is Stage.SENT

    person.edits(1, LONG)

    assert person.talk.conversation == sent
    assert person.hears(TEXTS.edit_over)


def test_what_was_erased_is_not_brought_back_by_an_edit() -> None:
    person = telling("one man shouted").says("delete").edits(1, LONG)

    assert person.talk.conversation.parts == ()
    assert person.messages[-1].step == "language"


@pytest.mark.parametrize("command", ["delete", "back", "stop", "skip", "change 1"])
def test_no_command_is_obeyed_that_came_by_an_edit(command: str) -> None:
    person = at_step("where").writes(1, "1")
    before = person.talk.conversation

    person.edits(1, command)

    assert person.talk.conversation.answers == before.answers
    assert person.talk.conversation.stage is Stage.OPEN


def test_an_edited_command_is_no_answer() -> None:
    person = at_step("where").writes(1, "help").edits(1, "online")

    assert "where" not in person.talk.conversation.answers


def test_an_edit_of_a_message_that_never_came_is_taken_as_one_that_comes_late() -> None:
    person = at_step("where").writes(5, "1")
    open_now = person.question

    person.edits(4, LONG)

    assert person.hears(TEXTS.came_late_kept)
    assert str(person.answer("story").value).endswith(LONG)
    assert person.question == open_now


def test_a_message_that_comes_after_its_own_edit_says_nothing_new() -> None:
    person = at_step("where").edits(5, LONG)
    after = person.talk.conversation

    person.writes(5, "1")

    assert person.talk.conversation == after
    assert person.messages == ()


def test_the_older_of_two_edits_never_wins() -> None:
    person = at_step("where").writes(1, "1").edits(1, "online", 1002).edits(1, "at home", 1001)

    assert person.answer("where").value == {"kind": "online"}


def test_danger_in_edited_words_is_answered_with_a_card() -> None:
    person = telling("one man shouted").edits(1, "one man had a knife")

    assert person.hears(TEXTS.concern_card)
    assert person.talk.conversation.parts == ("one man had a knife",)


def test_a_call_for_help_by_an_edit_shows_the_card_first() -> None:
    person = telling("one man shouted").edits(1, "help me")

    assert person.hears(TEXTS.danger_card)
    assert person.talk.conversation.stage is Stage.PAUSED


def test_whoever_has_opted_out_hears_nothing() -> None:
    person = at_step("where").writes(1, "1").says("stop").edits(1, "online")

    assert person.messages == ()
    assert person.talk.conversation.stage is Stage.STOPPED


def test_only_the_last_messages_are_remembered_and_none_where_messages_have_no_numbers() -> None:
    person = at_step("story")
    for number in range(1, MOST_WRITTEN + 10):
        person.writes(number, f"and then this happened {number}")

    written = person.talk.conversation.written
    assert [line.number for line in written] == list(range(10, MOST_WRITTEN + 10))
    assert "written" not in at_step("story").says(LONG).talk.conversation.stored()


def test_an_edit_of_a_message_too_far_back_changes_nothing() -> None:
    person = at_step("story")
    for number in range(1, MOST_WRITTEN + 10):
        person.writes(number, f"and then this happened {number}")
    before = person.talk.conversation.parts

    person.edits(3, LONG)

    assert person.talk.conversation.parts == before
    assert person.hears(TEXTS.edit_unchanged)


def test_what_is_remembered_is_read_back_as_it_was_stored() -> None:
    kept = telling("one man shouted", "done").talk.conversation

    assert Conversation.from_stored(kept.stored()) == kept


# --- what comes with a message -------------------------------------------------------------


@pytest.mark.parametrize("step", [*AGREES, "review"])
def test_a_forwarded_yes_agrees_to_nothing(step: str) -> None:
    person = at_step(step).writes(1, "1", attached=Attached.FORWARDED)

    assert person.question == step
    assert person.effects == ()


def test_a_forwarded_message_is_told_and_never_a_command() -> None:
    person = at_step("story").writes(1, "delete", attached=Attached.FORWARDED)

    assert person.talk.conversation.parts == ("delete",)


def test_a_contact_card_of_ones_own_answers_how_to_be_reached_and_nothing_else() -> None:
    contact = next(step.name for step in STEPS if step.kind is Kind.CONTACT)
    card = {"attachment": True, "attached": Attached.CARD}

    told = at_step("story").writes(1, "+447700900123", **card)
    reached = at_step(contact).writes(1, "+447700900123", **card)

    assert told.talk.conversation.parts == ()
    assert told.hears(TEXTS.no_contact_card)
    assert contact in reached.talk.conversation.answers
