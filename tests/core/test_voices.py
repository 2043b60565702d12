"""The same question in the words of whoever is asked, and plainer where others read along."""

import pytest

from bot.core.effects import Submit
from bot.core.flow import CHANNEL, MADE, NEUTRAL, ROLE, Kind
from casebridge.report import Involvement
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS, Person, telling

FLOWS = KNOWLEDGE.flows
WORKER = ("english", "someone i support", "no", "yes", "they shouted at her\ndone", "race", "no")


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        ("me", "How old are you?"),
        ("someone else", "How old is the person it happened to?"),
        ("someone i support", "How old is the person you support?"),
    ],
)
def test_each_is_asked_in_their_own_words(role: str, asked: str) -> None:
    person = telling("age", role=role)

    assert asked in person.heard


def test_every_voice_is_one_that_somebody_has() -> None:
    voices = {voice for flow in FLOWS.values() for step in flow.steps for voice in step.voices}

    assert voices <= {*Involvement, NEUTRAL}


def test_the_words_of_a_consent_are_kept_as_they_were_said_to_the_one_who_gave_it() -> None:
    person = Person().says(*WORKER, "1", "3", "yes", "1")

    (consent,) = (each for each in person.report.consents if each.agency == "vcas")
    assert "to support the person you support" in consent.wording
    assert consent.given_by is Involvement.SUPPORTER


def test_once_others_may_read_along_questions_say_less() -> None:
    person = telling("offender_known", contact="yes", shared_device="yes", show_help="no")

    assert "Who was it, as far as you know?" in person.heard


@pytest.mark.parametrize(("answer", "shown"), [("yes", True), ("no", False), ("skip", False)])
def test_no_number_for_help_is_shown_on_a_phone_others_read_unless_it_is_safe(
    answer: str, shown: bool
) -> None:
    person = telling("sent", contact="yes", shared_device="yes", show_help=answer)

    assert person.hears(TEXTS.services) is shown
    assert person.hears(TEXTS.services_unshown) is not shown
    assert person.hears(TEXTS.sent_neutral)
    assert "report" not in person.heard.lower()


def test_on_a_phone_others_read_nobody_is_told_of_the_report_without_its_code() -> None:
    person = telling("sent", contact="yes", shared_device="yes", show_help="no").says("hello")

    assert person.effects == ()
    assert person.question == "role"
    assert not person.hears(TEXTS.status_received)


def test_where_only_they_read_all_is_said() -> None:
    person = telling("sent", contact="yes")

    assert person.hears(TEXTS.sent)
    assert person.hears(TEXTS.services)


# --- reporting for someone supported -----------------------------------------------------------


def test_a_worker_hears_of_the_exception_before_the_person_agrees() -> None:
    person = Person().says("english", "someone i support", "no")

    safeguarding = FLOWS["on_behalf"].step("safeguarding")
    assert safeguarding is not None
    assert person.hears(safeguarding.ask)
    assert person.question == "agreed"


def test_who_wants_nobody_told_leaves_no_report() -> None:
    person = Person().says("english", "someone i support", "no", "they want nobody told")

    assert [type(effect).__name__ for effect in person.effects] == ["Erase"]
    assert set(person.talk.conversation.answers) == {CHANNEL}
    assert person.talk.conversation.stage == "over"


@pytest.mark.parametrize("agreed", ["they do not know yet", "it is not safe to ask them"])
def test_where_the_person_did_not_agree_names_are_left_out(agreed: str) -> None:
    person = Person().says("english", "someone i support", "no", agreed)

    leave_out = FLOWS["on_behalf"].step("leave_out_names")
    assert leave_out is not None
    assert person.hears(leave_out.ask)


def test_a_worker_goes_on_with_the_next_report_without_saying_again_who_they_are() -> None:
    person = Person().says(*WORKER, "1", "3", "no", "more", "age, language and needs")
    person.says("skip", "skip", "skip", "skip", "Red Door", "advocate", "that is all", "1")

    person.says("new")

    assert person.hears(TEXTS.for_another_client)
    assert person.question == "danger"
    kept = person.talk.conversation.answers
    assert set(kept) == {CHANNEL, ROLE, MADE, "organisation", "work"}
    person.says("no", "yes", "they shouted at him\ndone", "age", "no", "1", "3", "no", "1")
    (second,) = (effect.report for effect in person.effects if isinstance(effect, Submit))
    assert second.involvement is Involvement.SUPPORTER


def test_a_worker_who_meant_themselves_goes_back_and_loses_nothing() -> None:
    person = Person().says(*WORKER, "1", "3", "no").says("change 1", "me")

    assert person.talk.conversation.flow == "report"
    assert person.question == "consent_case_group"  # asked anew: it was put to a worker before
    assert person.answer("story").value == "they shouted at her"


# --- who did it ------------------------------------------------------------------------------------


DID_IT = FLOWS["did_it"].steps[0]


def test_who_did_it_is_not_in_the_menu_but_is_understood() -> None:
    person = Person().says("english")
    assert "did_it" not in [option.value for option in person.messages[-1].options]

    assert person.says("5").question == "role"
    assert person.says("i did it").question == "wants"


@pytest.mark.parametrize("want", [choice.value for choice in DID_IT.choices])
def test_who_did_it_hears_one_card_and_no_report_is_made(want: str) -> None:
    person = Person().says("english", "i did it").presses("wants", want)

    assert [type(effect).__name__ for effect in person.effects] == ["Erase"]
    assert set(person.talk.conversation.answers) == {CHANNEL}
    (said,) = (s for s in FLOWS["did_it"].steps if s.kind is Kind.END and person.hears(s.ask))
    assert said.name == f"{want}_end"


# --- permissions --------------------------------------------------------------------------------------


def test_permissions_are_kept_with_their_words_and_are_no_by_default() -> None:
    assert Person().says(*SHORT_REPORT).report.permissions == ()

    person = telling("sent", more="8", named_in_meeting="no", statistics="yes", survey="skip")

    given = {each.purpose: each.given for each in person.report.permissions}
    assert given == {"named_in_meeting": False, "statistics": True, "survey": False}
    assert all(each.wording for each in person.report.permissions[:2])


@pytest.mark.parametrize("said", ["ok", "👍", "i suppose", "maybe", "sure"])
def test_only_a_plain_yes_is_a_permission(said: str) -> None:
    person = telling("statistics", more="8").says(said)

    assert person.question == "statistics"
    assert person.hears(TEXTS.consent_plainly)
