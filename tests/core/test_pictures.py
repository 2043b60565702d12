"""Pictures in a talk: when they are kept, what is said of them, how they are dropped."""

import pytest

from bot.core.conversation import Refusal
from bot.core.effects import Submit
from bot.core.phrases import Phrase
from bot.core.pictures import MOST_PHOTOS
from bot.media import MOST_BYTES
from casebridge.report import AnswerState
from tests.talk import KNOWLEDGE, TEXTS, Person, at_step

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


@pytest.mark.parametrize(("channel", "told"), [("web", True), ("telegram", True), ("sms", False)])
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
    assert person.heard.startswith("I kept the picture. It is number 1 of at most 5.")
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
