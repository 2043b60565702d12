"""Who may be written to: nobody who did not say so, and nobody any more who said otherwise."""

import pytest

from bot import following
from bot.core.flow import CHANNEL
from bot.core.phrases import Phrase
from bot.service import Service
from casebridge.report import Involvement
from tests.making import PHONE, Clock, counts
from tests.outgoing.news import NOON, TO_CONTACT, TO_SEND, agrees, close_it, references, says
from tests.reporter import CODE
from tests.talk import KNOWLEDGE, SHORT_REPORT, Person, telling


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "telegram"])
def test_whoever_may_be_contacted_is_asked_on_a_phone(channel: str) -> None:
    assert telling("follow_up", channel, contact="yes").hears(_ask())


def test_the_web_chat_never_asks_to_write_first() -> None:
    sent = telling("sent", "web", contact="yes")

    assert "follow_up" not in {permission.purpose for permission in sent.report.permissions}


@pytest.mark.parametrize("read_by", ["yes", "not sure"])
def test_a_phone_that_others_read_is_never_written_to(read_by: str) -> None:
    sent = telling("sent", contact="yes", shared_device=read_by, show_help="no")

    assert "follow_up" not in {permission.purpose for permission in sent.report.permissions}


def test_who_wants_no_contact_is_not_asked() -> None:
    assert Person().says(*SHORT_REPORT).report.permissions == ()


@pytest.mark.parametrize("role", ["1", "2", "3"])
def test_the_yes_is_kept_with_the_words_each_was_asked_in(role: str) -> None:
    person = telling("sent", role=role, contact="yes")

    (given,) = (each for each in person.report.permissions if each.purpose == "follow_up")
    assert given.given
    assert given.given_by is [*Involvement][int(role) - 1]
    assert "nothing of what it is about" in given.wording


def test_a_yes_keeps_the_phone_and_a_no_keeps_nothing(service: Service) -> None:
    says(service, *TO_CONTACT, "no", *TO_SEND)
    assert references(service) == []

    assert agrees(service, address="+447700900999") in references(service)


@pytest.mark.both_databases
def test_stop_forgets_the_phone_for_every_report(service: Service) -> None:
    agrees(service)
    says(service, "new")
    says(service, *TO_CONTACT[1:], "yes", "1", *TO_SEND)
    other = agrees(service, address="+447700900999")

    says(service, "STOP")

    assert references(service) == [other]


def test_who_takes_everything_back_is_not_written_to(service: Service) -> None:
    agrees(service)

    says(service, "hello", "take everything back", "yes")

    assert references(service) == []


def test_new_contact_details_replace_the_phone(service: Service) -> None:
    code = _code_of(service)

    says(service, "hello", "contact", "yes", "07700 900456", "no", *["skip"] * 3, "no", "yes")
    assert references(service) == []

    elsewhere = {"channel": "telegram", "address": "5001"}
    says(service, "english", "i have a return code", code, **elsewhere)
    says(
        service, "contact", "yes", "07700 900456", "no", *["skip"] * 3, "yes", "mornings", "yes", **elsewhere
    )
    assert len(references(service)) == 1


def test_a_worker_is_not_written_to_once_the_client_has_a_code_of_their_own(service: Service) -> None:
    heard = says(
        service,
        *("english", "3", "no", "yes", "they shouted at her", "done", "race", "yes", "07700 900456", "no"),
        *(*["skip"] * 3, "yes", "1", "1", "3", "no", "1"),
    )
    assert len(references(service)) == 1
    code = CODE.findall(heard)[0]

    says(service, "english", "i have a return code", code, address="+447700900222")

    assert references(service) == []


@pytest.mark.both_databases
def test_it_is_forgotten_after_18_months_and_six_weeks_after_closing(service: Service, clock: Clock) -> None:
    closed, old = agrees(service), agrees(service, address="+447700900999")
    close_it(service, closed, NOON)

    clock.pass_(weeks=6, seconds=1)
    _purge(service, clock)
    assert references(service) == [old]

    clock.pass_(days=548 - 42)
    _purge(service, clock)
    assert counts(service.database, "follow_up", "outgoing") == {"follow_up": 0, "outgoing": 0}


def test_the_phone_is_kept_in_no_words(service: Service) -> None:
    agrees(service)

    with service.database.read() as connection:
        (row,) = connection.execute(following.FOLLOW_UP.select())
    assert PHONE.encode() not in row.body + row.address
    assert PHONE[1:].encode() not in row.body + row.address


def test_what_conditions_know_of_the_channel_is_on_every_phone() -> None:
    assert Person("sms").talk.conversation.answers[CHANNEL].has("sms")
    assert Person("whatsapp").talk.conversation.answers[CHANNEL].has("whatsapp")


def _ask() -> Phrase:
    step = KNOWLEDGE.flows["report"].step("follow_up")
    assert step is not None
    return step.ask


def _code_of(service: Service) -> str:
    says(service, *TO_CONTACT, "yes", "1", *TO_SEND[:-1])
    code: str = CODE.findall(says(service, "1"))[0]
    return code


def _purge(service: Service, clock: Clock) -> None:
    with service.database.begin() as connection:
        following.purge(connection, clock())


@pytest.mark.parametrize("read_by", ["yes", "not sure"])
def test_a_phone_that_is_said_later_to_be_read_by_others_is_written_to_about_nothing_any_more(
    service: Service, read_by: str
) -> None:
    agrees(service)
    elsewhere = agrees(service, address="+447700900999")

    says(service, "new", *TO_CONTACT[1:8], read_by, "skip", "skip", "skip", "no", *TO_SEND)

    assert counts(service.database, "report") == {"report": 3}
    assert references(service) == [elsewhere]
