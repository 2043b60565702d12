"""Buttons in Telegram: heard at once, ticked without an answer, gone once they were answered."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.channels.buttons import BOXES, LONGEST_CALLBACK, TICKED, UNTICKED, keyboard, pressed, ticked
from bot.service import Service
from bot.wording import Labelled, Message
from tests.channels.bot_api import BLOCKED, NOT_MODIFIED
from tests.channels.conftest import TelegramBot
from tests.making import buttons_of, conversation, method_of, post_telegram, telegram_message, telegram_press
from tests.reporter import ByTelegram, Reporter
from tests.talk import KNOWLEDGE, TEXTS

CHAT = 5001
WHY = next(step for step in KNOWLEDGE.flows["report"].steps if step.name == "why")


def press(client: FlaskClient, data: str, below: Mapping[str, Any] | None) -> dict[str, Any]:
    return method_of(post_telegram(client, telegram_press(data, CHAT, below)))


def data_of(below: Mapping[str, Any], value: str) -> str:
    (found,) = (data for data in buttons_of({"reply_markup": below}) if data.split(":")[1] == value)
    return found


def why_below(client: FlaskClient) -> dict[str, Any]:
    """Return the buttons below the question why it happened."""
    reporter = Reporter(ByTelegram(client))
    reporter.answer_until(lambda: reporter.question().name == "why")
    return method_of(post_telegram(client, telegram_message("qqqq")))["reply_markup"]  # type: ignore[no-any-return]


def test_boxes_are_ticked_and_unticked_below_the_message_and_sent_at_once(
    client: FlaskClient, service: Service
) -> None:
    below = why_below(client)
    first, second, third = (choice.value for choice in WHY.choices[:3])

    for value in (first, second, third, second):
        method = press(client, data_of(below, value), below)
        assert method["method"] == "editMessageReplyMarkup"
        below = method["reply_markup"]
    assert "why" not in conversation(service, "telegram", str(CHAT)).answers
    press(client, data_of(below, ""), below)

    assert conversation(service, "telegram", str(CHAT)).answers["why"].value == (first, third)


def test_a_box_shows_whether_it_is_ticked(client: FlaskClient) -> None:
    below = why_below(client)
    value = WHY.choices[0].value

    after = press(client, data_of(below, value), below)["reply_markup"]

    words = [[row[0]["text"] for row in it["inline_keyboard"]] for it in (below, after)]
    assert words[0][0] == f"{BOXES[UNTICKED]} {WHY.choices[0].label.text}"
    assert words[1] == [f"{BOXES[TICKED]} {WHY.choices[0].label.text}", *words[0][1:]]
    assert words[0][-1] == TEXTS.send_ticked.text


def test_a_press_that_comes_twice_ticks_once(client: FlaskClient) -> None:
    below = why_below(client)
    data = data_of(below, WHY.choices[0].value)

    first, again = press(client, data, below), press(client, data, below)

    assert first == again


def test_sending_without_a_tick_asks_again(client: FlaskClient, service: Service) -> None:
    below = why_below(client)

    heard = press(client, data_of(below, ""), below)

    assert heard["text"].endswith(WHY.ask.text)
    assert len(buttons_of(heard)) == len(buttons_of({"reply_markup": below}))
    assert "why" not in conversation(service, "telegram", str(CHAT)).answers


def test_a_box_below_a_message_too_old_to_be_shown_is_put_again(client: FlaskClient) -> None:
    below = why_below(client)
    old = telegram_press(data_of(below, WHY.choices[0].value))
    old["callback_query"]["message"] = {"chat": {"id": CHAT, "type": "private"}, "message_id": 1, "date": 0}

    heard = method_of(post_telegram(client, old))

    assert heard["text"].endswith(WHY.ask.text)


def test_boxes_of_an_answered_question_say_so_when_they_are_sent(client: FlaskClient) -> None:
    below = why_below(client)
    post_telegram(client, telegram_message("1 3"))
    below = press(client, data_of(below, WHY.choices[1].value), below)["reply_markup"]

    heard = press(client, data_of(below, ""), below)

    assert heard["text"].startswith(TEXTS.too_old_button.text)


@pytest.mark.parametrize(
    "data",
    ["=language::", "=change::", "=new::", "=why", "=", "+", "-", "+why:race", "=\ud800::", "+:", "-why:x:y"],
)
def test_made_up_ticks_move_nothing(client: FlaskClient, service: Service, data: str) -> None:
    below = why_below(client)
    before = conversation(service, "telegram", str(CHAT)).answers
    forged = {
        "inline_keyboard": [[{"text": "\N{BALLOT BOX WITH CHECK} x", "callback_data": "-why:nothing:t"}]]
    }

    for markup in (None, below, forged):
        press(client, data, markup)

    assert conversation(service, "telegram", str(CHAT)).answers == before


def test_every_box_fits_and_says_what_it_is_for() -> None:
    options = tuple(Labelled("x" * 20 + str(n), "y") for n in range(9))
    below = keyboard(Message("?", "en", "a" * 20, options, several=True, token="t" * 16, send="Send"))

    data = buttons_of({"reply_markup": below})
    assert all(len(one.encode()) <= LONGEST_CALLBACK for one in data)
    labels = tuple((row[0]["text"], row[0]["callback_data"]) for row in below["inline_keyboard"])
    assert ticked(labels, "+nothing:of:this") is None
    assert pressed(labels, data[-1])[0].values == ("",)


def test_a_button_stops_turning_and_goes_with_its_question(telegram_bot: TelegramBot) -> None:
    method = method_of(post_telegram(telegram_bot.client, telegram_message("/start")))
    update = telegram_press("language:en:x", CHAT, method["reply_markup"])

    post_telegram(telegram_bot.client, update)

    (heard,) = telegram_bot.calls("answerCallbackQuery")
    assert heard["callback_query_id"] == update["callback_query"]["id"]
    (gone,) = telegram_bot.api.made("editMessageReplyMarkup")
    assert gone == {"chat_id": str(CHAT), "message_id": "42"}


def test_a_tick_is_heard_too_and_its_buttons_stay(telegram_bot: TelegramBot) -> None:
    below = why_below(telegram_bot.client)
    before = len(telegram_bot.calls("editMessageReplyMarkup"))

    press(telegram_bot.client, data_of(below, WHY.choices[0].value), below)

    assert len(telegram_bot.calls("editMessageReplyMarkup")) == before


@pytest.mark.parametrize("refusal", [BLOCKED, NOT_MODIFIED, {"error_code": 502, "description": "<html>"}])
def test_what_telegram_refuses_never_touches_the_reply(
    telegram_bot: TelegramBot, refusal: dict[str, Any]
) -> None:
    for method in ("answerCallbackQuery", "editMessageReplyMarkup"):
        telegram_bot.api.refusals[method] = [refusal] * 60

    assert Reporter(ByTelegram(telegram_bot.client)).report().code
