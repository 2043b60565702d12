"""A reporter comes back to a report that was really sealed and queued: each thing they may do, to its end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.core.conversation import Stage
from bot.service import Service
from bot.settings import Settings
from bot.wording import as_text
from casebridge import questions
from casebridge.asking import seal_question
from casebridge.keyring import read_keyring
from casebridge.ledger import ledger
from casebridge.outbox import ADDITION, REPORT
from casebridge.questions import Asked
from casebridge.report import AnswerState, ConsentLevel, Report
from casebridge.sealing import NotEntitled, open_sealed
from casebridge.standing import standing_of_reference
from tests.making import Clock, conversation, counts, decimals, rows, say, sms
from tests.talk import SHORT_REPORT

OTHER_PHONE = "+447700900999"
TO_TWO = (*SHORT_REPORT[:-3], "1", "no", "1")  # the case group and the police have all of it
Desk = Callable[[str], Report]


@pytest.fixture
def opens(settings: Settings, service: Service) -> Desk:
    """Open the one report there is with an agency's private keys."""

    def open_as(agency: str) -> Report:
        (report,) = rows(service.database)["report"]
        return open_sealed(report[2], agency, read_keyring(settings).of(agency))

    return open_as


def reported(service: Service, *says: str) -> str:
    """Make a report and return its code."""
    return decimals(m.text for m in say(service, *(says or TO_TWO)) if "code" in m.text)


def comes_back(service: Service, code: str, *then: str) -> str:
    """Bring the code from another phone and go on; return what is heard last."""
    return as_text(say(service, "english", "i have a return code", code, *then, address=OTHER_PHONE))


def reference(service: Service) -> str:
    with service.database.read() as connection:
        return str(connection.execute(select(REPORT.c.reference)).scalar_one())


def additions(service: Service, settings: Settings, agency: str) -> list[Report]:
    with service.database.read() as connection:
        envelopes = connection.execute(select(ADDITION.c.envelope)).scalars().all()
    keys = read_keyring(settings).of(agency)
    return [open_sealed(envelope, agency, keys) for envelope in envelopes]


def told(report: Report) -> dict[str, object]:
    return {a.name: a.value for a in report.answers if a.state is AnswerState.ANSWERED}


@pytest.mark.both_databases
def test_what_is_added_is_read_by_those_who_have_the_whole_report(
    service: Service, settings: Settings
) -> None:
    comes_back(service, reported(service), "add something", "They came back", "done", "yes")

    for agency in ("case_group", "police"):
        (added,) = additions(service, settings, agency)
        assert told(added) == {"addition": "They came back"}
        assert added.reference == reference(service)
    assert counts(service.database)["delivery"] == 6  # to desk and folder, to the desk; each twice


def test_the_same_phone_adds_without_a_code(service: Service, settings: Settings) -> None:
    reported(service)

    say(service, "hello", "add something", "One more thing", "done", "yes")

    assert told(additions(service, settings, "case_group")[0]) == {"addition": "One more thing"}


def test_what_is_taken_back_cannot_be_opened_any_more(service: Service, opens: Desk) -> None:
    code = reported(service)
    assert opens("police").reference == reference(service)

    comes_back(service, code, "take back a yes", "police", "yes")

    with pytest.raises(NotEntitled):
        opens("police")
    assert opens("case_group").reference == reference(service)


@pytest.mark.both_databases
def test_taking_all_back_leaves_nothing_to_open_and_the_code_says_so(service: Service) -> None:
    code = reported(service)

    comes_back(service, code, "take everything back", "yes")

    assert rows(service.database)["report"][0][2] == b""
    assert "You took this report back" in comes_back(service, code)


@pytest.mark.both_databases
def test_another_agency_gets_the_report_with_the_code_and_its_words(service: Service, opens: Desk) -> None:
    code = reported(service)

    heard = comes_back(service, code, "let another agency have it", "vcas", "yes", code)

    assert "It is on its way to: VCAS" in heard
    view = opens("vcas")
    assert told(view)["story"] == "they shouted at me"
    (consent,) = view.consents
    assert consent.agency == "vcas"
    assert "May VCAS have your report" in consent.wording


def test_what_was_taken_back_before_stays_so_when_more_is_agreed_to(service: Service, opens: Desk) -> None:
    code = reported(service)
    comes_back(service, code, "take back a yes", "police", "yes", "let another agency have it", "vcas")

    say(service, "yes", code, address=OTHER_PHONE)

    with pytest.raises(NotEntitled):
        opens("police")
    levels = {given.agency: given.level for given in opens("case_group").consents}  # the last of each
    assert levels["police"] is ConsentLevel.NO
    assert levels["vcas"] is ConsentLevel.WITH_DETAILS


def test_the_code_of_another_report_opens_nothing_for_anyone(service: Service, opens: Desk) -> None:
    code = reported(service)
    say(service, "new", *TO_TWO[1:], address="+447700900111")
    others = decimals(m.text for m in say(service, *TO_TWO, address="+447700900222") if "code" in m.text)

    heard = comes_back(service, code, "let another agency have it", "vcas", "yes", others)

    assert "That is not the code of this report" in heard


@pytest.mark.both_databases
def test_a_question_is_read_with_the_code_answered_and_not_put_again(
    service: Service, settings: Settings
) -> None:
    code = reported(service)
    _ask(service, "What colour was the car?")

    assert "What colour was the car?" in comes_back(service, code)
    heard = say(service, "answer the question", "Red", "done", "yes", address=OTHER_PHONE)

    assert "Answer the question" not in as_text(heard)
    assert told(additions(service, settings, "case_group")[0]) == {"reply": "Red"}
    with service.database.read() as connection:
        assert questions.open_questions(connection, reference(service)) == ()


def test_the_same_phone_is_told_that_there_is_a_question_and_not_which(service: Service) -> None:
    reported(service)
    _ask(service, "What colour was the car?")

    heard = "\n".join(m.text for m in say(service, "hello"))

    assert "There is a question for you" in heard
    assert "What colour" not in heard


def _ask(service: Service, text: str) -> None:
    name = reference(service)
    with service.database.begin() as connection:
        key = connection.execute(select(REPORT.c.reporter_key)).scalar_one()
        sealed = seal_question(text, key, name, "q1")
        asked = Asked("q1", b"", "", service.now(), "worker", None)
        questions.ask(connection, name, "case_group", sealed, asked)


@pytest.mark.both_databases
def test_four_weeks_after_closing_whoever_agreed_is_asked_once_how_it_went(
    service: Service, settings: Settings
) -> None:
    clock = Clock()
    service = replace(service, now=clock)
    more = ("more", "who else may have it, and for what", "no", "no", "yes", "yes", "that is all", "1")
    code = reported(service, *SHORT_REPORT[:-1], *more)
    with service.database.begin() as connection:
        closed = {"status": "closed", "closed_at": service.now(), "closed_reason": "support_given"}
        connection.execute(update(REPORT).values(**closed))

    assert "Say how it went" not in comes_back(service, code)
    clock.pass_(days=29)
    assert "Say how it went" in comes_back(service, code)
    feedback = ("say how it went", "good", "safer", "yes", "yes", "skip", "yes")
    say(service, *feedback, address=OTHER_PHONE)

    (given,) = additions(service, settings, "case_group")
    assert given.form == "feedback"
    assert told(given)["satisfied"] == "good"
    assert "Say how it went" not in comes_back(service, code)


@pytest.mark.both_databases
def test_a_client_makes_the_report_theirs_and_the_code_the_worker_saw_dies(
    service: Service, opens: Desk
) -> None:
    worker = ("english", "someone i support", "no", "yes", "they shouted at her\ndone", "race", "no")
    first = reported(service, *worker, "everything", "no", "no", "1")
    assert "That code is for the person you support" in say(service, first)[0].text

    heard = comes_back(service, first)

    own = decimals([heard.split("From now on this is your return code:")[1].split("Only you")[0]])
    assert own != first
    assert len(own) == 16
    assert "I find no report" in comes_back(service, first)
    assert "received" in comes_back(service, own)
    assert opens("case_group").reference == reference(service)


@pytest.mark.both_databases
def test_a_message_that_does_something_is_repeated_with_the_same_words_and_does_it_once(
    service: Service,
) -> None:
    comes_back(service, reported(service), "add something", "They came back", "done")
    last = sms("yes", address=OTHER_PHONE)

    first, again = service.receive(last), service.receive(last)

    assert [m.text for m in again] == [m.text for m in first]
    assert counts(service.database, "report_addition")["report_addition"] == 1


def test_what_is_added_after_all_was_taken_back_elsewhere_is_not_said_to_be_sent(service: Service) -> None:
    code = reported(service)
    comes_back(service, code, "add something", "They came back", "done")
    say(service, "hello", "take everything back", "yes")

    heard = "\n".join(m.text for m in say(service, "yes", address=OTHER_PHONE))

    assert "on its way" not in heard
    assert "You took this report back" in heard


def test_practice_leaves_nothing_behind(service: Service) -> None:
    say(service, "english", "practice mode", *SHORT_REPORT[1:])

    assert counts(service.database)["report"] == 0
    assert conversation(service).stage is Stage.OPEN


def test_the_ledger_counts_what_was_taken_back(service: Service) -> None:
    comes_back(service, reported(service), "take back a yes", "police", "yes")

    with service.database.read() as connection:
        counted = ledger(connection)
    assert counted.balances
    assert counted.withdrawn == 1
    with service.database.read() as connection:
        found = standing_of_reference(connection, reference(service))
    assert found is not None
    assert found.agencies == ("case_group",)


WORKER = ("english", "someone i support", "no", "yes", "they shouted at her\ndone", "race", "no")


def test_once_a_client_has_taken_over_the_worker_sees_and_changes_nothing(
    service: Service, opens: Desk
) -> None:
    first = reported(service, *WORKER, "everything", "no", "no", "1")
    say(service, "hello", "take everything back")  # and is about to say yes
    comes_back(service, first)

    heard = as_text(say(service, "yes"))

    assert "follows this report themselves" in heard
    assert opens("case_group").reference == reference(service)


def test_a_code_before_a_language_is_answered_in_that_of_the_report(service: Service) -> None:
    first = reported(service, *WORKER, "everything", "no", "no", "1")

    heard = as_text(say(service, first, address=OTHER_PHONE))

    assert "From now on this is your return code" in heard


def test_a_code_in_the_middle_of_another_report_is_not_changed_unheard(service: Service) -> None:
    first = reported(service, *WORKER, "everything", "no", "no", "1")

    heard = as_text(say(service, *SHORT_REPORT[:4], first, address=OTHER_PHONE))

    assert "From now on" not in heard
    say(service, "delete", address=OTHER_PHONE)
    assert "From now on this is your return code" in comes_back(service, first)


def test_until_then_the_worker_hears_how_it_stands(service: Service) -> None:
    first = reported(service, *WORKER, "everything", "no", "no", "1")
    assert "was received" in as_text(say(service, "hello"))

    comes_back(service, first)

    assert "follows this report themselves" in as_text(say(service, "hello"))
    assert "Who is it about?" in as_text(say(service, "hello"))


def test_a_client_goes_on_as_anybody_who_brought_their_code(service: Service) -> None:
    first = reported(service, *WORKER, "everything", "no", "no", "1")

    comes_back(service, first, "what now?")
    heard = as_text(say(service, "add something", "More", "done", "yes", address=OTHER_PHONE))

    assert "on its way" in heard
