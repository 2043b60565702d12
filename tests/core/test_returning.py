"""Coming back to a report: how it stands, what can be done with it, and what never can."""

import pytest

from bot.core.conversation import Stage
from bot.core.effects import Add, Erase, Found, Give, LookUp, TakeAllBack, TakeBack
from bot.core.returning import bring_a_code
from bot.transcript import CODE, REFERENCE
from casebridge.report import AnswerState, ConsentLevel
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS, Person

WORKER = ("english", "3", "no", "yes", "they shouted\ndone", "race", "no")
WITH, FACTS = ConsentLevel.WITH_DETAILS, ConsentLevel.WITHOUT_DETAILS


def comes_back(
    status: str = "acknowledged",
    *,
    shared: dict[str, ConsentLevel] | None = None,
    question: str = "",
    survey: bool = False,
    involvement: str = "victim",
    own_code: str = "",
) -> Person:
    """Somebody who has just sent the return code of a report made before, on another phone."""
    person = Person()
    person.talk.found = Found(
        REFERENCE,
        status,
        reason="support_given" if status == "closed" else "",
        shared={"case_group": WITH, "police": FACTS} if shared is None else shared,
        involvement=involvement,
        questions={"q1": question} if question else {},
        survey=survey,
        code=own_code,
    )
    return person.says("english", "i have a return code", CODE)


def chooses(person: Person, what: str) -> Person:
    return person.presses("next", what)


def offered(person: Person) -> list[str]:
    return [option.value for option in person.messages[-1].options]


def test_a_code_tells_how_the_report_stands_and_what_can_be_done() -> None:
    person = comes_back()

    assert person.hears(TEXTS.status_acknowledged)
    assert offered(person) == ["add", "contact", "take_back", "give", "delete", "nothing"]


def test_a_closed_report_says_why() -> None:
    person = comes_back("closed")

    assert "Your report is closed: advice and support were given." in person.heard


def test_what_was_taken_back_offers_nothing_more() -> None:
    person = comes_back("withdrawn", shared={})

    assert person.hears(TEXTS.status_withdrawn)
    assert offered(person) == ["new"]


def test_the_same_phone_comes_back_without_a_code() -> None:
    person = Person().says(*SHORT_REPORT, "hello")

    assert person.hears(TEXTS.status_received)
    assert person.question == "next"
    assert offered(person) == ["add", "contact", "take_back", "give", "delete", "nothing"]


def test_what_is_added_goes_to_those_who_have_the_whole_report_and_to_nobody_else() -> None:
    person = chooses(comes_back(), "add").says("They came again tonight", "done", "1")

    (added,) = person.effects
    assert isinstance(added, Add)
    assert added.agencies == ("case_group",)
    assert added.report.reference == REFERENCE
    told = {a.name: a.value for a in added.report.answers if a.state is AnswerState.ANSWERED}
    assert told == {"addition": "They came again tonight"}
    assert person.hears(TEXTS.added)
    assert person.question == "next"


def test_where_nobody_has_the_whole_report_nothing_can_be_added() -> None:
    person = comes_back(shared={"case_group": FACTS})

    assert offered(person) == ["take_back", "give", "delete", "nothing"]


def test_saying_no_at_the_end_changes_nothing() -> None:
    person = chooses(comes_back(), "add").says("They came again", "done", "no")

    assert person.effects == ()
    assert person.hears(TEXTS.unchanged)
    assert person.question == "next"
    assert "addition" not in person.talk.conversation.answers


def test_a_yes_is_taken_back_from_one_agency_and_the_others_keep_it() -> None:
    person = chooses(comes_back(), "take_back").presses("take_back", "police").says("yes")

    assert person.effects == (TakeBack(REFERENCE, ("police",)),)
    assert "Taken back from: Cleveland Police." in person.heard
    chooses(person, "take_back")
    assert offered(person) == ["case_group"]


def test_another_agency_gets_it_with_the_code_and_the_very_words_agreed_to() -> None:
    person = chooses(comes_back(), "give").presses("give", "vcas")
    assert person.question == "consent_vcas"

    person.presses("consent_vcas", "with_details").says(CODE)

    (given,) = person.effects
    assert isinstance(given, Give)
    assert given.consent.agency == "vcas"
    assert given.consent.level is WITH
    assert "May VCAS have your report" in given.consent.wording
    assert "It is on its way to: VCAS" in person.heard
    assert "vcas" in person.talk.conversation.answers["whole"].codes


def test_without_the_right_code_no_other_agency_gets_it() -> None:
    person = chooses(comes_back(), "give").presses("give", "vcas").presses("consent_vcas", "with_details")

    person.says("9553.9573.1361.2953")  # one digit off
    assert person.question == "code_again"

    person.says("0000.0000.0000.0000")  # a code, of nothing here
    assert person.hears(TEXTS.not_given)
    assert "vcas" not in person.talk.conversation.answers["shared"].codes


def test_a_no_after_choosing_an_agency_gives_nothing() -> None:
    person = chooses(comes_back(), "give").presses("give", "vcas").presses("consent_vcas", "no")

    assert person.effects == ()
    assert person.hears(TEXTS.unchanged)


def test_mediation_is_never_offered_past_its_gate() -> None:
    person = chooses(comes_back(), "give")

    assert "mediation" not in offered(person)
    assert "police" in offered(person)  # it has only the facts, and could have more


def test_new_contact_details_travel_as_an_addition() -> None:
    person = chooses(comes_back(), "contact").says("yes", "07700 900456", "no", *["skip"] * 3, "no", "yes")

    (added,) = person.effects
    assert isinstance(added, Add)
    told = {a.name: a.value for a in added.report.answers if a.state is AnswerState.ANSWERED}
    assert told["contact_details"] == {"kind": "phone", "phone": "+447700900456"}


def test_everything_is_taken_back_at_once_and_nothing_is_left_here() -> None:
    person = chooses(comes_back(), "delete").says("yes")

    assert person.effects == (TakeAllBack(REFERENCE),)
    assert person.hears(TEXTS.all_taken_back)
    assert person.talk.conversation.stage is Stage.OVER
    assert person.talk.conversation.reference is None


def test_a_question_is_read_with_the_code_and_its_answer_goes_to_those_who_have_all() -> None:
    person = comes_back(question="What colour was the car?")
    assert "asks: What colour was the car?" in person.heard

    chooses(person, "answer").says("Red", "done", "1")

    (added,) = person.effects
    assert isinstance(added, Add)
    assert added.question == "q1"
    assert "answer" not in offered(person)


def test_without_the_code_a_question_is_only_said_to_be_there() -> None:
    person = Person().says(*SHORT_REPORT)
    assert person.talk.found is not None
    person.talk.found = Found(
        REFERENCE, "acknowledged", "", person.talk.found.shared, "victim", {"q1": "Who was it?"}
    )

    person.says("hello")

    assert person.hears(TEXTS.question_waits)
    assert "Who was it?" not in person.heard
    person.says(CODE)
    assert "asks: Who was it?" in person.heard


def test_feedback_is_asked_only_of_whoever_agreed_and_goes_to_the_case_group_alone() -> None:
    assert "feedback" not in offered(comes_back("closed"))
    person = chooses(comes_back("closed", survey=True), "feedback")

    person.says("very well", "safer", "yes", "yes", "answer faster", "yes")

    (added,) = person.effects
    assert isinstance(added, Add)
    assert added.agencies == (KNOWLEDGE.coordinator,)
    assert added.report.form == "feedback"
    assert {a.name for a in added.report.answers} == {"satisfied", "safer", "kept_told", "again", "better"}
    assert "feedback" not in offered(person)


def test_nothing_more_leaves_the_report_as_it_is() -> None:
    person = chooses(Person().says(*SHORT_REPORT, "hello"), "nothing")

    assert person.effects == ()
    assert person.talk.conversation.stage is Stage.SENT
    assert person.talk.conversation.reference == REFERENCE


@pytest.mark.parametrize("command", ["back", "skip", "change", "menu", "help", "later", "lang pl"])
@pytest.mark.parametrize("what", ["add", "contact", "take_back", "give", "delete"])
def test_a_command_on_the_way_does_nothing_to_the_report(what: str, command: str) -> None:
    person = chooses(comes_back(), what).says(command)

    assert not any(isinstance(effect, Add | TakeBack | TakeAllBack | Give) for effect in person.effects)


def test_delete_while_coming_back_erases_what_was_not_sent_and_says_the_report_stays() -> None:
    person = chooses(comes_back(), "add").says("half a sentence", "delete")

    assert person.effects == (Erase(),)
    assert person.hears(TEXTS.erased)


def test_a_client_gets_a_code_of_their_own() -> None:
    person = comes_back(own_code="1111.2222.3333.4444")

    assert "1111.2222.3333.4444" in person.heard
    assert person.hears(TEXTS.own_code)


def test_a_worker_asks_for_the_code_of_a_client_in_vain() -> None:
    person = Person().says(
        "english", "3", "no", "yes", "they shouted\ndone", "race", "no", "1", "3", "no", "1"
    )
    assert person.hears(TEXTS.sent_code_client)

    person.says(CODE)

    (look,) = person.effects
    assert look == LookUp(code=CODE.replace(".", ""), not_for=(REFERENCE,))


@pytest.mark.parametrize("said", ["he is here", "help me"])
def test_a_call_for_help_after_sending_is_answered_with_the_card_alone(said: str) -> None:
    person = Person().says(*SHORT_REPORT, said)

    assert [message.text for message in person.messages] == [TEXTS.danger_card.text]
    assert person.says("hello").hears(TEXTS.status_received)


@pytest.mark.parametrize("before", [(), ("hello",), ("stop",)])
def test_words_of_self_harm_after_sending_are_heard(before: tuple[str, ...]) -> None:
    person = Person().says(*SHORT_REPORT, *before, "i want to kill myself")

    assert person.hears(TEXTS.self_harm_card)


def test_what_is_told_unasked_after_sending_is_kept_to_be_added() -> None:
    person = Person().says(*SHORT_REPORT, "he came back and broke my window")
    assert person.hears(TEXTS.not_added)

    chooses(person, "add").says("done", "1")

    (added,) = person.effects
    assert isinstance(added, Add)
    assert added.report.answers[0].value == "he came back and broke my window"


def test_with_somebody_elses_phone_nothing_is_left_there() -> None:
    person = chooses(comes_back(), "nothing").says("hello")

    assert person.effects == ()
    assert person.question == "role"


def test_what_was_taken_back_elsewhere_is_not_offered_here() -> None:
    person = Person().says(*SHORT_REPORT, "hello")
    assert person.talk.found is not None
    person.talk.found = Found(REFERENCE, "received", shared={}, involvement="victim")

    person.says("what now")

    assert person.hears(TEXTS.status_nobody)
    assert offered(person) == ["give", "delete", "nothing"]


def test_a_draft_is_not_lost_to_a_return_code() -> None:
    person = Person().says(*SHORT_REPORT[:-1], "change 1", "i have a return code")

    assert person.hears(TEXTS.report_begun)
    assert person.answer("story").value == "they shouted at me"


def test_back_leads_out_of_what_was_entered_by_mistake() -> None:
    assert Person().says("english", "i have a return code", "back").question == "role"
    assert Person().says("english", "i did it", "back").question == "role"


def test_a_worker_cannot_use_the_code_of_any_client_they_reported_for() -> None:
    person = Person().says(*WORKER, "1", "3", "no", "1").says("new", *WORKER[2:], "1", "3", "no", "1")

    person.says(CODE)

    (look,) = person.effects
    assert look == LookUp(code=CODE.replace(".", ""), not_for=(REFERENCE, REFERENCE))


def test_an_old_button_for_another_report_never_costs_a_draft() -> None:
    person = Person().says(*WORKER).presses("new", "new")

    assert person.hears(TEXTS.too_old_button)
    assert person.answer("story").value == "they shouted"


def test_a_worker_who_looked_at_a_report_still_cannot_use_a_clients_code() -> None:
    person = Person().says(*WORKER, "1", "3", "no", "1")
    person.talk.found = Found("K000-0000", "received", shared={}, involvement="victim")
    chooses(person.says(CODE), "nothing").says("hello")

    person.says(CODE)

    assert person.effects == (LookUp(code=CODE.replace(".", ""), not_for=(REFERENCE,)),)


@pytest.mark.parametrize("out", ["new", "back"])
def test_what_is_told_in_place_of_a_code_waits_for_the_story_of_a_new_report(out: str) -> None:
    person = Person().says("english")
    person.talk.conversation = bring_a_code(KNOWLEDGE.flows, person.talk.conversation)

    person.says("a man spat at me in the street today", out)

    assert person.question == "role"
    assert person.talk.conversation.parts == ("a man spat at me in the street today",)
