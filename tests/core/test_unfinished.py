"""A report that is put off with a code and taken up with it, on the same phone or any other."""

import pytest

from bot.core.conversation import Answer, Conversation, Stage
from bot.core.effects import Draft, Found, Keep, LookUp
from bot.core.flow import CHANNEL, MADE, NOTICED, ROLE, Kind
from bot.core.turn import start
from bot.core.unfinished import left
from bot.transcript import CODE
from casebridge.report import ConsentLevel
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS, Person, at_step, telling

PLAIN_CODE = CODE.replace(".", "")
KEPT = (Keep(CODE),)
WORKER = ("english", "someone i support", "no", "yes", "they shouted at her\ndone")
WAYS: tuple[tuple[str, str], ...] = (("sms", "web"), ("telegram", "sms"), ("web", "telegram"))
OF_A_PHONE = ("follow_up", "follow_up_hours", "shared_device")  # about the very phone a report is told on
STEPS = [
    step.name
    for name in ("report", "on_behalf")
    for step in KNOWLEDGE.flows[name].steps
    if step.asks and step.name != ROLE and step.kind is not Kind.END
]


def _elsewhere(conversation: Conversation) -> dict[str, Answer]:
    """Return the answers that hold wherever a report is gone on with."""
    return {n: a for n, a in conversation.answers.items() if n not in (CHANNEL, *OF_A_PHONE)}


def elsewhere(draft: Person, channel: str = "web") -> Person:
    """Return a person on another channel, before any word; the code leads to that draft."""
    person = Person(channel)
    person.talk.draft = Draft(draft.talk.conversation, is_here=False)
    return person


# --- every question --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "begun", "gone_on"),
    [
        (step, *ways)
        for step in dict.fromkeys(STEPS)
        for ways in WAYS
        if step not in OF_A_PHONE[:2] or ways[0] != "web"
    ],
)
def test_at_every_question_a_report_can_be_left_and_gone_on_with_elsewhere(
    step: str, begun: str, gone_on: str
) -> None:
    person = at_step(step, begun)
    before, question = person.talk.conversation, person.question
    assert person.says("later").effects == KEPT

    back = elsewhere(person, gone_on).says("english", CODE)

    after = back.talk.conversation
    assert back.hears(TEXTS.welcome_back)
    if back.question != question:  # what is asked of a phone is asked anew
        assert back.question in OF_A_PHONE or question in OF_A_PHONE
    assert (after.stage, after.channel, after.photos) == (Stage.OPEN, gone_on, before.photos)
    assert _elsewhere(after) == _elsewhere(before)
    assert OF_A_PHONE[0] not in after.answers


def test_what_was_agreed_to_stands_and_the_open_consent_is_kept_in_the_words_shown_here() -> None:
    person = at_step("consent_police").says("later")

    back = elsewhere(person).says("polski", CODE, "1")

    assert back.answer("consent_case_group").wording == person.answer("consent_case_group").wording != ""
    assert back.answer("consent_police").language == "pl"
    assert "Cleveland Police" in back.answer("consent_police").wording


@pytest.mark.parametrize(
    "step", [s.name for s in KNOWLEDGE.flows["report"].steps if s.kind is Kind.CONSENT][:2]
)
def test_an_open_consent_is_never_the_words_of_where_it_was_left(step: str) -> None:
    person = at_step(step)
    person.talk.conversation = person.talk.conversation._replace(shown="words shown elsewhere")

    back = elsewhere(person.says("later")).says("english", CODE)

    assert back.talk.conversation.shown not in ("", "words shown elsewhere")


def test_a_report_finished_elsewhere_says_what_was_told_in_both_places() -> None:
    person = Person().says(*SHORT_REPORT[:5], "later")

    back = elsewhere(person).says("english", CODE, *SHORT_REPORT[5:])

    told = {answer.name: answer.value for answer in back.report.answers}
    assert told["story"] == "they shouted at me"
    assert told["why"] == ("race_or_ethnicity",)
    assert back.report.channel == "web"


# --- the code --------------------------------------------------------------------------------


def test_coming_back_later_from_danger_gives_a_code_too() -> None:
    assert at_step("danger").says("yes", "2").effects == KEPT


def test_the_code_is_said_and_what_becomes_of_the_draft() -> None:
    person = at_step("why").says("later")

    assert person.heard == (
        "That is fine. What you wrote is kept for 14 days. To go on, here or from another phone or "
        f"computer, send this return code:\n{CODE}\n"
        "Nobody can look it up for you. Write DELETE to erase all now. If you are in danger, call 999."
    )


def test_on_a_phone_others_read_less_is_said() -> None:
    person = telling("offender_known", contact="yes", shared_device="yes", show_help="no").says("later")

    assert person.effects == KEPT
    assert person.hears(TEXTS.later_neutral)
    assert "report" not in person.heard.lower()
    assert "999" not in person.heard


def test_whoever_puts_it_off_again_hears_that_the_older_code_is_gone() -> None:
    person = at_step("why").says("later")
    assert not person.hears(TEXTS.older_code)
    person.talk.conversation = person.talk.conversation._replace(code_id="ab")

    person.says("later")

    assert person.effects == KEPT
    assert person.hears(TEXTS.older_code)


@pytest.mark.parametrize(
    "says",
    [("english",), ("english", "practice mode", *SHORT_REPORT[1:4]), ("english", "i have a return code")],
    ids=["nothing told", "practice", "coming back"],
)
def test_there_is_no_code_where_there_is_nothing_to_go_on_with_elsewhere(says: tuple[str, ...]) -> None:
    person = Person().says(*says, "later")

    assert person.effects == ()
    assert person.hears(TEXTS.later_no_code)
    assert person.talk.conversation.stage is Stage.PAUSED


def test_where_nobody_hears_it_no_code_is_given() -> None:
    person = at_step("danger").says("yes")
    person.says_late("no, i will come back")

    assert person.effects == ()
    assert person.talk.conversation.stage is Stage.PAUSED


def test_words_told_before_any_question_are_worth_a_code() -> None:
    person = Person().says("they shouted at me in the street", "english", "later")

    assert person.effects == KEPT


# --- where it is brought ---------------------------------------------------------------------


def test_a_code_as_the_very_first_message_goes_on_in_the_language_of_the_draft() -> None:
    person = Person().says("polski", *SHORT_REPORT[1:4], "done", "later")

    back = elsewhere(person).says(CODE)

    assert back.talk.conversation.language == "pl"
    assert back.hears(TEXTS.welcome_back)
    assert back.question == "why"


def test_the_language_chosen_here_comes_first() -> None:
    person = Person().says("polski", *SHORT_REPORT[1:4], "done", "later")

    assert elsewhere(person).says("english", CODE).talk.conversation.language == "en"


def test_a_first_message_with_the_code_of_a_report_is_asked_in_which_language() -> None:
    person = Person()
    person.talk.found = Found("CNPK-D8V6", "received", shared={"police": ConsentLevel.WITH_DETAILS})

    person.says(CODE)

    assert person.messages[-1].step == "language"
    assert person.talk.conversation.reference is None


@pytest.mark.parametrize(
    "says",
    [("english",), ("english", "i have a return code"), SHORT_REPORT, ("english", "i did it", "1")],
    ids=["before any answer", "asked for it", "after sending", "when all is over"],
)
def test_it_is_taken_wherever_a_return_code_may_come(says: tuple[str, ...]) -> None:
    draft = at_step("why").says("later")
    person = elsewhere(draft)
    person.talk.draft, known = None, person.talk.draft
    person.says(*says)
    person.talk.draft = known

    person.says(f"my code is {CODE}")

    assert person.effects == (LookUp(code=PLAIN_CODE),)
    assert person.question == "why"
    assert person.answer("story").value == "they shouted at me"


def test_another_report_begun_here_comes_first_and_is_not_touched() -> None:
    person = elsewhere(at_step("why").says("later")).says(*SHORT_REPORT[:3])
    before = person.talk.conversation

    person.says(CODE)

    assert person.hears(TEXTS.report_begun)
    assert person.talk.conversation == before


@pytest.mark.parametrize("paused", [True, False])
def test_the_code_sent_to_the_phone_it_was_given_on_just_goes_on(*, paused: bool) -> None:
    person = at_step("why").says("later", *([] if paused else ["hello"]))

    person.says(CODE)

    assert person.hears(TEXTS.welcome_back)
    assert person.question == "why"
    assert person.talk.conversation.stage is Stage.OPEN


def test_a_number_in_a_story_that_is_no_code_of_ours_stays_in_the_story() -> None:
    told = f"they took my card {CODE} and ran away with my bag"
    person = at_step("story").says(told)
    assert person.effects == ()

    person.says(f"card {CODE}", "done")

    assert person.answer("story").value == f"{told}\n\ncard {CODE}"


def test_a_code_that_nobody_hears_the_answer_to_moves_nothing() -> None:
    person = elsewhere(at_step("why").says("later")).says("english")

    person.says_late(CODE)

    assert person.effects == ()
    assert person.question == "role"


def test_in_practice_it_does_nothing() -> None:
    person = elsewhere(at_step("why").says("later")).says("english", "practice mode", CODE)

    assert person.hears(TEXTS.practice_no_code)
    assert person.question == "role"


# --- what goes along -------------------------------------------------------------------------


@pytest.mark.parametrize(("begun", "gone_on"), [("web", "sms"), ("sms", "web"), ("telegram", "web")])
def test_what_hangs_on_the_channel_is_that_of_the_new_one(begun: str, gone_on: str) -> None:
    back = elsewhere(at_step("why", begun).says("later"), gone_on).says("english", CODE)

    assert back.talk.conversation.answers.get(CHANNEL) == start(KNOWLEDGE, gone_on).answers.get(CHANNEL)


def test_what_was_told_here_before_the_code_came_is_put_with_the_story() -> None:
    news = "last night they came back and broke a window"

    back = elsewhere(at_step("why").says("later")).says(news, "english", CODE)

    assert back.answer("story").value == f"they shouted at me\n\n{news}"


def test_what_was_told_here_waits_for_the_story_that_is_not_told_yet() -> None:
    news = "last night they came back and broke a window"

    back = elsewhere(at_step("story").says("they shouted", "later")).says(news, "english", CODE, "done")

    assert back.answer("story").value == f"they shouted\n\n{news}"


def test_a_danger_noticed_here_or_there_is_known_after() -> None:
    draft = at_step("story").says("he has a knife", "done", "later")

    back = elsewhere(draft).says("english", "i want to die", CODE)

    assert {*back.answer(NOTICED).codes} == {"concern", "self_harm"}


def test_a_worker_goes_on_as_a_worker_and_uses_no_clients_code_from_either_place() -> None:
    first = Person().says(*WORKER, "race", "no", "1", "no", "no", "1")
    assert first.report.involvement == "supporter"
    draft = first.says("new", "no", "yes", "another time\ndone", "later")

    back = elsewhere(draft).says("english", CODE)

    assert back.talk.conversation.flow == "on_behalf"
    assert back.answer(MADE) == draft.answer(MADE)
    assert left(KNOWLEDGE, draft.talk.conversation).answers[MADE] == draft.answer(MADE)


# --- what stays behind -----------------------------------------------------------------------


def test_where_it_was_begun_nothing_tells_of_it() -> None:
    draft = at_step("why").says("later").talk.conversation

    behind = Person()
    behind.talk.conversation = left(KNOWLEDGE, draft)

    assert left(KNOWLEDGE, draft) == start(KNOWLEDGE, "sms")
    assert behind.says("hello").messages[0].step == "language"


def test_who_wanted_no_more_messages_there_still_wants_none() -> None:
    draft = at_step("why").says("later", "stop").talk.conversation

    assert left(KNOWLEDGE, draft) == start(KNOWLEDGE, "sms")._replace(stage=Stage.STOPPED)


def test_what_a_provider_counted_there_still_counts_there() -> None:
    draft = at_step("why").says("later").talk.conversation
    counted = draft._replace(serial=41, heard="2026-11-18T12:00:00+00:00")

    behind = left(KNOWLEDGE, counted)

    assert (behind.serial, behind.heard) == (counted.serial, counted.heard)


# --- after the end ---------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["help", "menu", "lang pl", "lang"])
def test_a_question_put_by_a_command_after_the_end_can_be_answered(word: str) -> None:
    person = Person().says("english", "i did it", "1")
    assert person.talk.conversation.stage is Stage.OVER

    person.says(*((word, "2") if word == "lang" else (word,)))
    assert person.question == "role"
    person.says("1")

    assert person.answer("role").value == "victim"


def test_where_it_was_begun_an_edit_of_an_old_message_brings_nothing_back() -> None:
    draft = at_step("story", "telegram").writes(7, "they shouted at me in the street").writes(8, "later")
    draft.talk.conversation = left(KNOWLEDGE, draft.talk.conversation)

    draft.edits(7, "they shouted at me in the street twice")

    assert draft.talk.conversation.parts == ()


def test_the_numbers_of_another_chats_messages_do_not_go_along() -> None:
    draft = at_step("story", "telegram").writes(7, "they shouted at me in the street").writes(8, "later")

    back = elsewhere(draft, "telegram").writes(107, "english").writes(108, CODE)

    assert [line.number for line in back.talk.conversation.written] == [107, 108]
