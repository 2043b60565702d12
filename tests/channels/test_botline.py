"""The bot's own calls: best effort, told to wait they wait, no reply waits long; none names the token."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels.botline import LONGEST_PAUSE, WAIT_SECONDS, BotLine, NotDone
from bot.longtext import LONGEST_TELEGRAM
from casebridge.logs import set_up_logs
from tests.channels.bot_api import BLOCKED, TOKEN, BotApi, bot_api, too_many
from tests.channels.conftest import TelegramBot
from tests.making import method_of, post_telegram, telegram_message
from tests.reporter import ByTelegram, Reporter
from tests.talk import TEXTS

CHAT = 5001

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as (api, _):
        yield api


@pytest.fixture
def line(api: BotApi) -> Iterator[BotLine]:
    made = BotLine(TOKEN, api.address)
    yield made
    made.close()


def say(line: BotLine, text: str = "hello") -> Any:
    return line.ask(lambda bot: bot.send_message(CHAT, text))


def test_many_calls_from_many_threads_are_all_made(line: BotLine, api: BotApi) -> None:
    started = [line.start(lambda bot, n=n: bot.send_message(CHAT, str(n))) for n in range(40)]  # type: ignore[misc]

    assert [future.result(5) is not None for future in started] == [True] * 40
    assert sorted(int(given["text"]) for given in api.made("sendMessage")) == list(range(40))


def test_told_to_wait_it_waits_and_asks_once_more(line: BotLine, api: BotApi) -> None:
    api.refusals["sendMessage"] = [too_many(1)]
    began = time.monotonic()

    say(line)

    assert time.monotonic() - began >= 1
    assert api.called == ["sendMessage"] * 2


def test_while_one_call_waits_others_are_made(line: BotLine, api: BotApi) -> None:
    api.refusals["sendMessage"] = [too_many(1)]
    first = line.start(lambda bot: bot.send_message(CHAT, "a"))

    line.ask(lambda bot: bot.leave_chat(CHAT))

    assert not first.done()
    assert first.result(3) is not None
    assert api.called.count("sendMessage") == 2


def test_told_to_wait_long_it_gives_up(line: BotLine, api: BotApi) -> None:
    api.refusals["sendMessage"] = [too_many(LONGEST_PAUSE + 1)]

    with pytest.raises(NotDone) as refused:
        say(line)

    assert refused.value.kind == "RetryAfter"
    assert api.called == ["sendMessage"]


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(BLOCKED, "Forbidden"), ({"error_code": 502, "description": "x"}, "NetworkError"),
     ({"error_code": 401, "description": "Unauthorized"}, "InvalidToken")],
)  # fmt: skip
def test_a_refusal_is_told_by_its_kind_alone(
    line: BotLine, api: BotApi, refusal: dict[str, Any], kind: str
) -> None:
    api.refusals["sendMessage"] = [refusal]

    with pytest.raises(NotDone) as refused:
        say(line)

    assert refused.value.kind == kind
    assert TOKEN not in repr(refused.getrepr(chain=True))
    assert api.called == ["sendMessage"]


def test_nobody_waits_longer_than_that(line: BotLine, api: BotApi) -> None:
    api.slow["sendMessage"] = WAIT_SECONDS + 1
    began = time.monotonic()

    with pytest.raises(NotDone):
        say(line)

    assert time.monotonic() - began < WAIT_SECONDS + 0.7


def test_without_telegram_nothing_is_raised_for_what_nobody_waits_for() -> None:
    line = BotLine(TOKEN, "http://127.0.0.1:9")

    line.tell(lambda bot: bot.leave_chat(CHAT))

    with pytest.raises(NotDone):
        say(line)
    line.close()


def test_the_token_is_in_no_log_even_where_everything_is_logged(
    line: BotLine, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    set_up_logs()
    logging.getLogger().addHandler(caplog.handler)
    with caplog.at_level(logging.INFO):
        logging.getLogger("telegram").info("to be seen")
        say(line)
        api.refusals["sendMessage"] = [BLOCKED]
        with pytest.raises(NotDone):
            say(line)

    assert api.called == ["sendMessage"] * 2
    assert "to be seen" in caplog.text
    assert TOKEN not in caplog.text


# --- long replies ----------------------------------------------------------------------------


def read_back(bot: TelegramBot, words: str) -> Reporter:
    """Go to a read-back that one message cannot hold."""
    answers = dict.fromkeys(("story", "where", "contact_safe"), words)
    reporter = Reporter(ByTelegram(bot.client), answers=answers, tells_more=True)
    return reporter.answer_until(reporter.is_ready)


@pytest.fixture
def long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Telegram that takes less in one message, so that a read-back is a long reply."""
    monkeypatch.setattr("bot.longtext.LONGEST_TELEGRAM", 600)


@pytest.mark.usefixtures("long_texts")
def test_a_long_reply_comes_in_several_messages_in_order_and_the_question_last(
    telegram_bot: TelegramBot,
) -> None:
    reporter = read_back(telegram_bot, "words of mine " * 30)

    before = [given["text"] for given in telegram_bot.calls("sendMessage")]
    assert len(before) > 0
    assert reporter.heard.text.endswith(reporter.question().ask.text)
    numbers = [int(line.split(".")[0]) for text in (*before, reporter.heard.text) for line in text.split("\n")
               if line.split(".")[0].isdecimal()]  # fmt: skip
    assert numbers[-len(set(numbers)) :] == sorted(set(numbers))


@pytest.mark.usefixtures("long_texts")
def test_what_cannot_be_sent_before_is_shortened_into_the_one_message(telegram_bot: TelegramBot) -> None:
    telegram_bot.api.refusals["sendMessage"] = [BLOCKED] * 9

    reporter = read_back(telegram_bot, "words of mine " * 30)

    assert len(reporter.heard.text) <= 600 < LONGEST_TELEGRAM
    assert reporter.heard.text.endswith(reporter.question().ask.text)


# --- clearing the chat -----------------------------------------------------------------------


def cleared(bot: TelegramBot) -> list[int]:
    return [number for given in bot.calls("deleteMessages") for number in given["message_ids"]]


def test_wipe_removes_every_message_from_the_first_to_itself_and_says_one_word(
    telegram_bot: TelegramBot,
) -> None:
    first = telegram_message("/start")
    post_telegram(telegram_bot.client, first)
    reporter = Reporter(ByTelegram(telegram_bot.client)).begin()
    wipe = telegram_message("wipe") | {"update_id": 900_000_000}
    wipe["message"]["message_id"] = first["message"]["message_id"] + 250

    method = method_of(post_telegram(telegram_bot.client, wipe))

    assert method["text"] == TEXTS.wiped.text
    assert set(method) == {"method", "chat_id", "text"}
    numbers = cleared(telegram_bot)
    assert numbers == list(range(first["message"]["message_id"], wipe["message"]["message_id"] + 1))
    assert all(len(given["message_ids"]) <= 100 for given in telegram_bot.api.made("deleteMessages"))
    assert reporter.line.say("hello").text.startswith("Which language?")


def test_wipe_after_a_report_clears_the_chat_and_the_report_stays(telegram_bot: TelegramBot) -> None:
    code = Reporter(ByTelegram(telegram_bot.client)).report().code

    heard = ByTelegram(telegram_bot.client).say("wipe chat")

    assert heard.text == TEXTS.wiped.text
    assert len(cleared(telegram_bot)) > 1
    other = ByTelegram(telegram_bot.client, 5002)
    Reporter(other).begin()
    assert other.say(code).text.startswith(TEXTS.status_received.text)


def test_what_cannot_be_removed_is_told(telegram_bot: TelegramBot) -> None:
    Reporter(ByTelegram(telegram_bot.client)).begin()
    refusal = {"error_code": 400, "description": "Bad Request: message can't be deleted"}
    telegram_bot.api.refusals["deleteMessages"] = [refusal] * 30

    assert ByTelegram(telegram_bot.client).say("wipe").text == TEXTS.wiped_by_hand.text
