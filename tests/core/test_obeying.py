"""Going back, correcting, changing the language, pausing, erasing, coming back: wherever a person is."""

from datetime import timedelta

import pytest

from bot.core.clearing import begun, cleared_from
from bot.core.conversation import Stage
from bot.core.effects import Erase, LookUp
from bot.core.flow import CHANNEL
from bot.transcript import CODE
from tests.talk import KNOWLEDGE, NOON, SHORT_REPORT, TEXTS, Person, at_step


def test_a_consent_given_after_a_change_of_language_keeps_the_words_of_that_language() -> None:
    person = at_step("consent_police").says("lang pl")

    person.says("3")

    assert person.answer("consent_police").language == "pl"
    assert "Cleveland Police" in person.answer("consent_police").wording
    assert person.answer("consent_police").wording != person.answer("consent_case_group").wording


def test_back_asks_the_question_before_and_takes_its_answer_away() -> None:
    person = at_step("contact").says("back")

    assert person.question == "why"
    assert "why" not in person.talk.conversation.answers


def test_going_back_over_a_story_keeps_it() -> None:
    person = at_step("why").says("back")

    person.says("done")

    assert person.answer("story").value == "they shouted at me"


def test_back_at_the_first_question_says_so() -> None:
    person = at_step("role").says("back")

    assert person.hears(TEXTS.nothing_before)
    assert person.question == "role"


def test_change_by_number_reopens_one_answer_and_leads_back_to_the_read_back() -> None:
    person = at_step("review").says("change 4")

    assert person.question == "why"
    assert person.says("2").question == "review"
    assert person.answer("why").value == ("religion_or_belief",)


def test_a_bare_number_after_change_names_the_answer_and_never_sends() -> None:
    person = at_step("review").says("change", "1")

    assert person.question == "role"
    assert person.effects == ()


def test_coming_back_later_from_danger_pauses_and_keeps_everything() -> None:
    person = at_step("danger").says("yes", "2")

    assert person.talk.conversation.stage is Stage.PAUSED
    person.says("hello")
    assert person.question == "safe_to_go_on"
    assert person.hears(TEXTS.welcome_back)


@pytest.mark.parametrize(("said", "language"), [("help me", "en"), ("pomocy", "pl"), ("النجدة", "ar")])
def test_a_first_message_in_danger_hears_the_card_in_its_own_language(said: str, language: str) -> None:
    person = Person().says(said)

    assert person.messages[0].text == KNOWLEDGE.phrasebook.text(TEXTS.danger_card, language)
    assert person.messages[-1].step == "language"


def test_a_change_of_language_puts_the_question_again_and_keeps_every_answer() -> None:
    person = at_step("repeat")
    before = person.talk.conversation.answers

    person.says("lang po polsku")

    assert person.talk.conversation.language == "pl"
    assert person.question == "repeat"
    assert person.talk.conversation.answers == before


def test_a_bare_number_after_lang_chooses_a_language_and_answers_nothing() -> None:
    person = at_step("repeat").says("lang", "2")

    assert person.talk.conversation.language == "pl"
    assert person.question == "repeat"


def test_a_code_is_understood_without_choosing_it_first() -> None:
    person = at_step("role").says(f"my code is {CODE}")

    assert person.effects == (LookUp(code=CODE.replace(".", "")),)


def test_what_is_told_after_a_pause_is_kept_for_the_story() -> None:
    person = at_step("story").says("later", "they came back last night", "done")

    assert person.answer("story").value == "they came back last night"


def test_later_pauses_and_the_next_message_is_no_answer() -> None:
    person = at_step("why").says("later", "1")

    assert person.question == "why"
    assert person.hears(TEXTS.welcome_back)


def test_delete_erases_at_once_and_starts_from_nothing() -> None:
    person = at_step("why").says("delete")

    assert person.effects == (Erase(),)
    assert set(person.talk.conversation.answers) == {"channel"}
    assert person.talk.conversation.language is None


def test_stop_is_honoured_and_start_resumes() -> None:
    person = at_step("why").says("STOP")

    assert person.talk.conversation.stage == "stopped"
    assert person.says("START").question == "why"
    assert person.talk.conversation.stage == "open"


def test_an_old_button_moves_nothing() -> None:
    person = at_step("repeat").presses("role", "supporter")

    assert person.answer("role").value == "victim"
    assert person.hears(TEXTS.too_old_button)


def test_new_begins_another_report_in_the_same_language() -> None:
    person = Person().says(*SHORT_REPORT, "new")

    assert person.question == "role"
    assert person.talk.conversation.stage is Stage.OPEN


def test_an_unknown_code_is_asked_again_and_nothing_is_confirmed() -> None:
    person = at_step("role").says("4", CODE)

    assert person.effects == (LookUp(code=CODE.replace(".", "")),)
    assert person.hears(TEXTS.status_unknown)
    assert person.question == "code"


def test_a_mistyped_code_is_asked_again_without_looking() -> None:
    person = at_step("role").says("4", "9553 9573 1361 2953")

    assert person.effects == ()
    assert person.hears(TEXTS.mistyped_code)


@pytest.mark.parametrize("name", ["polish", "arabic", "polski"])
def test_the_name_of_a_language_is_no_command_where_it_may_be_an_answer(name: str) -> None:
    person = at_step("why").says(name)

    assert person.talk.conversation.language == "en"


@pytest.mark.parametrize(("name", "language"), [("pl", "pl"), ("Polish", "pl"), ("عربي", "ar"), ("2", "pl")])
def test_the_menu_of_languages_takes_names_codes_and_numbers(name: str, language: str) -> None:
    assert Person().says("hello", name).talk.conversation.language == language


@pytest.mark.parametrize("said", ["wipe", "Clear chat!"])
def test_wipe_erases_as_delete_does_and_says_how_to_clear_the_rest(said: str) -> None:
    person = at_step("where").says(said)

    assert person.effects == (Erase(wipe=True),)
    assert person.talk.conversation.answers.keys() == {CHANNEL}
    assert person.hears(TEXTS.wiped_by_hand)


def test_after_a_report_wipe_says_nothing_of_it() -> None:
    person = Person().says(*SHORT_REPORT, "wipe")

    assert person.heard == TEXTS.wiped_by_hand.text
    assert person.talk.conversation.reference is None


def test_where_messages_have_numbers_wipe_asks_for_them_to_be_removed_from_the_first_on() -> None:
    person = at_step("where").writes(7, "wipe")

    assert [(message.clears, message.text) for message in person.messages] == [(7, TEXTS.wiped.text)]
    assert person.messages[0].unless_cleared == TEXTS.wiped_by_hand.text


def test_a_chat_is_cleared_from_the_first_message_that_can_still_be_removed() -> None:
    conversation = at_step("where").talk.conversation
    for hours, number in ((0, 10), (0.5, 11), (3, 20), (40, 30), (50, 40)):
        marks = begun(conversation, number, NOON + timedelta(hours=hours))
        conversation = conversation._replace(begun=marks)

    assert [number for _, number in conversation.begun] == [10, 20, 30, 40]
    assert cleared_from(conversation, 50, NOON + timedelta(hours=50)) == (20, False)


def test_wipe_never_says_that_a_chat_is_cleared_whose_older_messages_stay() -> None:
    person = at_step("where", "telegram")
    since = begun(person.talk.conversation, 1, NOON - timedelta(days=3))
    person.talk.conversation = person.talk.conversation._replace(begun=since)

    person.writes(7, "wipe")

    assert [(message.clears, message.text) for message in person.messages] == [(7, TEXTS.wiped_by_hand.text)]


def test_a_first_word_that_wipes_does_so_and_claims_nothing_of_what_was_before() -> None:
    person = Person("telegram").writes(7, "wipe")

    assert [(message.clears, message.text) for message in person.messages] == [(7, TEXTS.wiped_by_hand.text)]


@pytest.mark.parametrize("said", ["delete", "wipe"])
def test_what_was_told_before_any_language_is_erased_too(said: str) -> None:
    person = Person().says("my neighbour shouted at me again").says(said)

    assert person.effects == (Erase(wipe=said == "wipe"),)
    assert person.talk.conversation.parts == ()


def test_what_somebody_tells_after_stop_is_kept() -> None:
    person = Person().says(*SHORT_REPORT[:3], "he hit me", "stop").says("now he broke my window as well")

    assert person.talk.conversation.parts == ("he hit me", "now he broke my window as well")


def test_after_the_story_it_goes_with_it() -> None:
    person = at_step("why").says("stop").says("now he broke my window as well")

    assert person.answer("story").value == "they shouted at me\n\nnow he broke my window as well"
    assert person.question == "why"
