"""Pictures in a talk: when they are kept, what is said of them, how they are dropped."""

import pytest

from bot.core.conversation import Inbound, Refusal
from bot.core.effects import Submit
from bot.core.phrases import Phrase
from bot.core.pictures import MOST_PHOTOS, names_of_photos
from bot.media import MOST_BYTES
from bot.transcript import CODE, REFERENCE
from casebridge.report import AnswerState
from tests.talk import KNOWLEDGE, TEXTS, Person, at_step, comes_back

LIMITS = next(step for step in KNOWLEDGE.flows["report"].steps if step.name == "photos_too")


def photos(person: Person) -> tuple[str, ...]:
    return person.talk.conversation.photos


def ready(person: Person) -> Person:
    """Go on with plain answers to the read-back, the case group with everything."""
    while person.question != "review":
        person.says("no" if person.question in ("contact", "originals") else "1")
    return person


def test_the_limits_that_are_said_are_those_that_hold() -> None:
    assert f"at most {MOST_PHOTOS}, each up to {MOST_BYTES // 1024 // 1024} MB" in LIMITS.ask.text


@pytest.mark.parametrize(
    ("channel", "told"), [("web", True), ("telegram", True), ("whatsapp", True), ("sms", False)]
)
def test_the_limits_are_said_before_the_story_where_pictures_can_be_sent(channel: str, told: bool) -> None:
    person = at_step("story", channel)

    assert person.hears(LIMITS.ask) is told


def test_the_limits_are_not_said_again_when_an_earlier_answer_changes() -> None:
    person = at_step("why", "web").says("change 1", "1")

    assert person.question == "why"
    assert not person.hears(LIMITS.ask)


def test_a_picture_during_the_story_is_kept_and_words_are_still_wanted() -> None:
    person = at_step("story").sends("a")

    assert photos(person) == ("a",)
    assert person.heard.startswith("Your picture has arrived. It is number 1 of at most 5.")
    assert person.question == "story"


def test_a_caption_during_the_story_is_a_part_of_it() -> None:
    person = at_step("story").sends("a", text="they painted this on my door").says("done")

    assert person.answer("story").value == "they painted this on my door"
    assert photos(person) == ("a",)


def test_a_picture_after_the_story_is_kept_and_the_question_asked_again() -> None:
    person = at_step("contact").sends("a", "b")

    assert photos(person) == ("a", "b")
    assert person.hears(TEXTS.photos_kept)
    assert person.question == "originals"  # it has become relevant, and stands before


def test_a_picture_while_paused_is_kept_and_the_talk_goes_on() -> None:
    person = at_step("why").says("later").sends("a")

    assert photos(person) == ("a",)
    assert person.hears(TEXTS.welcome_back)


@pytest.mark.parametrize("step", ["role", "danger"])
def test_a_picture_before_the_story_is_not_kept(step: str) -> None:
    person = at_step(step).sends("a")

    assert photos(person) == ()
    assert person.hears(TEXTS.photo_not_now)
    assert person.question == step


def test_a_picture_after_sending_is_not_kept_and_the_person_is_told() -> None:
    person = ready(at_step("why")).says("1").sends("a")

    assert photos(person) == ()
    assert person.hears(TEXTS.photo_not_now)


def test_more_pictures_than_there_is_room_for_are_not_kept() -> None:
    person = at_step("story").sends(*"abcd").sends(*"ef")

    assert photos(person) == tuple("abcde")
    assert len(photos(person)) == MOST_PHOTOS
    assert person.hears(TEXTS.photo_kept)
    assert "at most 5 pictures" in person.heard


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (Refusal.TOO_BIG, TEXTS.photo_too_big),
        (Refusal.TOO_MANY_PIXELS, TEXTS.photo_too_big),
        (Refusal.NOT_A_PICTURE, TEXTS.photo_not_a_picture),
        (Refusal.NOT_FETCHED, TEXTS.photo_not_fetched),
    ],
)
def test_what_could_not_be_kept_is_said_and_nothing_else_changes(why: Refusal, says: Phrase) -> None:
    person = at_step("why")
    before = person.talk.conversation

    person.sends(refused=why)

    assert person.hears(says)
    assert person.talk.conversation == before


def test_starting_the_story_over_drops_its_pictures_and_says_so() -> None:
    person = at_step("story").sends("a").says("start over")

    assert photos(person) == ()
    assert person.hears(TEXTS.photos_cleared)
    assert person.says("they shouted", "done").question == "why"


def test_starting_a_story_without_pictures_over_says_nothing_of_pictures() -> None:
    assert not at_step("story").says("they shouted", "start over").hears(TEXTS.photos_cleared)


def test_delete_drops_the_pictures() -> None:
    assert photos(at_step("story").sends("a").says("delete")) == ()


@pytest.mark.parametrize(("said", "originals"), [("yes", True), ("no", False), ("skip", False)])
def test_pictures_go_along_as_they_were_sent_only_with_a_yes(said: str, originals: bool) -> None:
    person = at_step("originals", photos=True).says(said)

    (effect,) = ready(person).says("1").effects

    assert isinstance(effect, Submit)
    assert (effect.photos, effect.originals) == (("a photo",), originals)


def test_a_yes_from_before_the_pictures_were_dropped_counts_no_more() -> None:
    person = ready(at_step("originals", photos=True).says("yes"))
    person.says("change 3").says("start over", "they shouted", "done")

    (effect,) = ready(person).says("1").effects

    assert isinstance(effect, Submit)
    assert (effect.photos, effect.originals) == ((), False)


def test_the_read_back_says_how_many_pictures_go_along() -> None:
    with_one = ready(at_step("originals", photos=True))
    without = ready(at_step("why"))

    assert "Pictures that go along: 1." in with_one.heard
    assert not without.hears(TEXTS.review_photos)


def test_pictures_alone_may_tell_what_happened() -> None:
    person = at_step("story").sends("a")
    assert [option.value for option in person.messages[-1].options] == ["done", "again"]

    person.says("done")

    assert person.question == "originals"
    assert person.answer("story").state is AnswerState.SKIPPED


def test_a_picture_sent_when_coming_back_is_not_taken_and_the_sentence_says_so() -> None:
    person = comes_back().says("add something").sends("a")

    assert photos(person) == ()
    assert "none once the report is sent" in person.heard


# --- removing one -----------------------------------------------------------------------------


def asked_which(step: str = "story", channel: str = "sms") -> Person:
    """Somebody with three pictures who is asked which is to be removed."""
    person = at_step(step, channel).sends("aaaaaaaa-1", "bbbbbbbb-2", "cccccccc-3").says("change")
    number = [option.value for option in person.messages[-1].options].index("photos") + 1
    return person.says(str(number))


@pytest.mark.parametrize("says", ["2", "Picture 2", "٢"])
def test_a_picture_is_removed_by_its_number_or_its_name(says: str) -> None:
    person = asked_which()
    assert person.hears(TEXTS.photo_which)

    person.says(says)

    assert photos(person) == ("aaaaaaaa-1", "cccccccc-3")
    assert person.heard.startswith("The picture is removed. Pictures left: 2.")
    assert person.question == "story"


def test_a_button_pressed_twice_removes_one_picture() -> None:
    person = asked_which(channel="telegram")
    (second,) = (option.value for option in person.messages[-1].options if option.label == "Picture 2")

    person.presses("photo", second).presses("photo", second)

    assert photos(person) == ("aaaaaaaa-1", "cccccccc-3")
    assert not person.hears(TEXTS.photo_removed)


@pytest.mark.parametrize("says", ["4", "keep them all"])
def test_all_may_be_kept_after_all(says: str) -> None:
    person = asked_which().says(says)

    assert len(photos(person)) == 3
    assert person.question == "story"


def test_what_is_said_instead_is_an_answer_to_the_open_question() -> None:
    person = asked_which().says("they shouted", "done")

    assert len(photos(person)) == 3
    assert person.answer("story").value == "they shouted"


def test_a_number_after_that_question_is_no_picture_any_more() -> None:
    person = asked_which("where").says("2", "2")

    assert photos(person) == ("aaaaaaaa-1", "cccccccc-3")


def test_the_last_picture_removed_takes_its_question_with_it() -> None:
    person = ready(at_step("originals", photos=True).says("yes"))
    assert person.hears(TEXTS.review_photos)

    remove_the_last(person)
    (effect,) = person.says("1").effects

    assert isinstance(effect, Submit)
    assert (effect.photos, effect.originals) == ((), False)


def remove_the_last(person: Person) -> None:
    number = [option.value for option in person.says("change").messages[-1].options].index("photos") + 1
    person.says(str(number), "1")
    assert photos(person) == ()
    assert not person.hears(TEXTS.review_photos)
    assert person.question == "review"


def test_whoever_has_no_picture_is_not_offered_to_remove_one() -> None:
    person = at_step("why").says("change")

    assert "photos" not in [option.value for option in person.messages[-1].options]


def test_every_picture_there_may_be_has_a_name() -> None:
    assert len(names_of_photos(TEXTS)) == MOST_PHOTOS


# --- given up ---------------------------------------------------------------------------------


def learns(person: Person, text: str, **given_up: Refusal) -> Person:
    """Say something, while pictures sent before turn out not to be had."""
    person._send(Inbound(text, person.at, given_up=given_up, reference=REFERENCE, code=CODE))
    return person


def test_a_picture_that_cannot_be_had_is_told_before_the_question_and_counted_no_more() -> None:
    person = ready(at_step("originals").sends("b").says("no"))
    assert "Pictures that go along: 2." in person.heard

    learns(person, "change 99", b=Refusal.TOO_BIG)

    assert len(photos(person)) == 1
    assert "Pictures that go along: 1." in person.heard
    assert person.messages[-1].step == "review"
    said = f"Picture 2 is not with your report.\n{TEXTS.photo_too_big.text}"
    assert person.messages[-2].text == said


def test_a_card_comes_before_word_of_a_picture() -> None:
    person = learns(at_step("where").sends("a"), "help me", a=Refusal.NOT_FETCHED)

    assert person.messages[0].text == TEXTS.danger_card.text
    assert person.hears(TEXTS.photo_lost)


def test_a_report_sent_in_that_very_turn_goes_and_its_sender_is_told_without_being_asked_again() -> None:
    person = ready(at_step("originals", photos=True))

    learns(person, "1", **{"a photo": Refusal.NOT_FETCHED})

    assert person.report
    assert person.messages[0].text == "Picture 1 is not with your report."
    assert not person.hears(TEXTS.photo_not_fetched)


def test_whoever_erases_everything_is_told_of_no_picture() -> None:
    person = learns(at_step("where").sends("a"), "delete", a=Refusal.NOT_FETCHED)

    assert not person.hears(TEXTS.photo_lost)
