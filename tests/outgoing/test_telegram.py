"""Telegram cannot be asked what became of a message: rather one missed than one doubled."""

import pytest

from bot import optout
from bot.sending import Sending
from bot.service import Service
from tests.making import Clock
from tests.outgoing.chats import BLOCKED, NOT_FOUND, Chats, too_many
from tests.outgoing.chats import DROP as DROP_CHAT
from tests.outgoing.news import (
    CHAT,
    asks,
    references,
    send_all,
    states,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after.*")  # PTB says so of its own constructor


def test_telegram_is_written_to_by_the_bot(
    service: Service, made: Sending, telegram: Chats, asked_on_telegram: str
) -> None:
    send_all(made)

    ((form),) = telegram.said
    assert (form["chat_id"], "parse_mode" in form) == (CHAT, False)
    assert [path.split("/")[-1] for path in telegram.called] == ["sendMessage"]
    assert states(service) == [("question", "sent", "")]


def test_what_telegram_may_have_taken_is_never_sent_again(
    service: Service, made: Sending, telegram: Chats, clock: Clock, asked_on_telegram: str
) -> None:
    telegram.answers = [DROP_CHAT]

    for _ in range(20):
        send_all(made)
        clock.pass_(hours=4)

    assert len(telegram.said) == 1
    assert states(service)[0][1] == "unknown"


def test_who_blocked_the_bot_is_remembered(
    service: Service, made: Sending, telegram: Chats, asked_on_telegram: str
) -> None:
    telegram.answers = [BLOCKED]

    send_all(made)

    assert references(service) == []
    with service.database.read() as connection:
        assert optout.has_opted_out(connection, service.cipher, "telegram", CHAT)


def test_a_chat_that_is_gone_is_forgotten(
    service: Service, made: Sending, telegram: Chats, asked_on_telegram: str
) -> None:
    telegram.answers = [NOT_FOUND]

    send_all(made)

    assert references(service) == []


def test_when_telegram_asks_to_wait_the_whole_bot_waits(
    service: Service, made: Sending, telegram: Chats, clock: Clock, asked_on_telegram: str
) -> None:
    asks(service, clock, channel="telegram", address="5002")
    telegram.answers = [too_many(600)]
    send_all(made)
    assert len(telegram.called) == 1

    clock.pass_(seconds=590)
    send_all(made)
    assert len(telegram.called) == 1

    clock.pass_(seconds=20)
    send_all(made)
    assert {form["chat_id"] for form in telegram.said} == {CHAT, "5002"}
