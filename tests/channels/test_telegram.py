"""What people and Telegram send to the webhook, and the one method that comes back."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import settings

from bot.channels.buttons import LONGEST_CALLBACK
from bot.core.conversation import Stage
from bot.core.flow import CHANNEL
from bot.longtext import LONGEST_TELEGRAM
from bot.service import Service
from tests.making import (
    buttons_of,
    conversation,
    counts,
    method_of,
    post_telegram,
    telegram_message,
    telegram_press,
)
from tests.reporter import ByTelegram, Heard, Reporter
from tests.talk import KNOWLEDGE, TEXTS

FIXED = settings(deadline=None, derandomize=True, database=None)
NOTHING = {"conversation": 0, "turn": 0, "report": 0, "delivery": 0}
CHAT = 5001
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
REFUSED: Mapping[str, dict[str, str]] = {
    "missing": {},
    "empty": {SECRET_HEADER: ""},
    "wrong": {SECRET_HEADER: "telegram-secret-4c7f"},
    "longer": {SECRET_HEADER: "telegram-secret-4c7e "[:-1] + "e"},
    "not ASCII": {SECRET_HEADER: "\u00fc" * 20},
    "the bot's token": {"Authorization": "telegram-secret-4c7e"},
}
ODD: Mapping[str, dict[str, Any]] = {
    "empty": {"text": ""},
    "blank": {"text": " \u200b\n\t"},
    "long": {"text": "a" * 100_000},
    "long without letters": {"text": "😡" * 5_000},
    "control characters": {"text": "\x00\x01\x07\x1b\x7f\u2028"},
    "half a character": {"text": "\ud800"},
    "half an emoji in words": {"text": "they said \ud83d to \udc4d me"},
    "not characters": {"text": "\ufdd0\ufffe\U0010ffff"},
    "emoji": {"text": "👍🏽👩‍👩‍👧‍👦"},
    "markup": {"text": "<b>*bold*</b> _x_ `[a](tg://user?id=1)` &amp;"},
    "a slash": {"text": "/"},
    "a command of another bot": {"text": "/settings@another_bot now"},
    "a photo": {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90}]},
    "a photo with words": {"photo": [], "caption": "😡"},
    "a sticker": {
        "sticker": {
            "file_id": "a", "file_unique_id": "b", "width": 512, "height": 512, "is_animated": False,
            "is_video": False, "type": "regular", "emoji": "👍",
        }
    },
    "a voice message": {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 3}},
    "a location": {"location": {"latitude": 54.57, "longitude": -1.32}},
    "a contact": {"contact": {"phone_number": "+447700900123", "first_name": "Amina"}},
    "a story of theirs": {"story": {"id": 1, "chat": {"id": 5001, "type": "private"}}},
    "a kind yet to come": {"hologram": {"file_id": "a"}},
}  # fmt: skip
FORGED = ("", ":", "role", "role:", "role:no:x", "no:victim:x", "change:99:", "new:new:", "\ud800::")
COMMANDS = {
    "/stop": Stage.STOPPED,
    "/later@our_bot": Stage.PAUSED,
    "/start 4f3a": Stage.OPEN,
    "/HELP": Stage.OPEN,
}
NOT_FOR_US: Mapping[str, dict[str, Any]] = {
    "a group": {"chat": {"id": -5, "type": "group", "title": "x"}},
    "a supergroup": {"chat": {"id": -5, "type": "supergroup", "title": "x"}},
    "a channel": {"chat": {"id": -5, "type": "channel", "title": "x"}},
    "a bot": {"from": {"id": 9, "is_bot": True, "first_name": "x"}},
    "nobody": {"from": None},
}


def test_an_update_without_the_secret_is_refused_and_nothing_is_stored(
    client: FlaskClient, service: Service
) -> None:
    update = telegram_message("hello")
    statuses = {
        why: client.post("/channels/telegram", json=update, headers=headers).status_code
        for why, headers in REFUSED.items()
    }

    assert statuses == dict.fromkeys(REFUSED, 403)
    assert counts(service.database) == NOTHING


def test_the_reply_is_plain_text_with_a_button_for_each_choice(client: FlaskClient) -> None:
    method = method_of(post_telegram(client, telegram_message("/start")))

    languages = KNOWLEDGE.phrasebook.languages
    keyboard = method["reply_markup"]["inline_keyboard"]
    assert set(method) == {"method", "chat_id", "text", "reply_markup"}
    assert method["chat_id"] == CHAT
    assert [button["text"] for (button,) in keyboard] == [language.own_name for language in languages]
    assert [data.split(":")[:2] for data in buttons_of(method)] == [["language", it.code] for it in languages]


def test_several_choices_may_be_typed_by_their_numbers(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByTelegram(client))
    reporter.answer_until(lambda: reporter.question().name == "why")

    reporter.line.say("1 3")

    assert conversation(service, "telegram", str(CHAT)).answers["why"].value == (
        "race_or_ethnicity",
        "disability",
    )


def test_every_button_of_a_report_fits_and_carries_the_token_of_its_own_message(client: FlaskClient) -> None:
    reporter = Reporter(ByTelegram(client))
    seen: list[tuple[str, ...]] = []

    def look() -> Heard:
        if reporter.heard.buttons:
            seen.append(reporter.heard.buttons)
        return reporter.heard

    reporter.before = look
    reporter.report()

    tokens = [{data.split(":")[2] for data in buttons} for buttons in seen]
    assert all(len(of_one) == 1 for of_one in tokens)
    assert len(set.union(*tokens)) == len(tokens)
    assert all(len(token) == 16 for token in set.union(*tokens))
    assert all(len(data.encode()) <= LONGEST_CALLBACK for buttons in seen for data in buttons)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_whatever_is_sent_is_answered_and_the_report_is_finished_all_the_same(
    client: FlaskClient, odd: dict[str, Any]
) -> None:
    def send_it() -> Heard:
        method = method_of(post_telegram(client, telegram_message(odd.get("text"), **odd)))
        return Heard(method["text"], tuple(buttons_of(method)))

    reporter = Reporter(ByTelegram(client), before=send_it).report()

    assert reporter.code


@pytest.mark.parametrize("message", NOT_FOR_US.values(), ids=NOT_FOR_US)
def test_what_is_not_a_person_in_a_private_chat_is_passed_over(
    client: FlaskClient, service: Service, message: dict[str, Any]
) -> None:
    update = telegram_message("hello")
    update["message"] |= message

    assert method_of(post_telegram(client, update)) == {}
    assert counts(service.database) == NOTHING


@pytest.mark.parametrize("data", FORGED)
def test_a_forged_button_moves_nothing(client: FlaskClient, service: Service, data: str) -> None:
    reporter = Reporter(ByTelegram(client)).begin()

    heard = method_of(post_telegram(client, telegram_press(data)))["text"]

    assert heard.endswith(reporter.question().ask.text)
    assert conversation(service, "telegram", str(CHAT)).answers.keys() == {CHANNEL}


def test_a_button_of_an_earlier_question_says_so(client: FlaskClient) -> None:
    reporter = Reporter(ByTelegram(client)).begin()
    old = reporter.heard.buttons[0]
    reporter.answer(reporter.question())

    heard = reporter.line.press(old)

    assert heard.text.startswith(TEXTS.too_old_button.text)
    assert [data.split(":")[0] for data in heard.buttons] == ["danger"] * 3


def test_a_button_under_a_message_too_old_to_be_shown_still_counts(client: FlaskClient) -> None:
    reporter = Reporter(ByTelegram(client)).begin()
    press = telegram_press(reporter.heard.buttons[0])
    press["callback_query"]["message"] = {"chat": {"id": CHAT, "type": "private"}, "message_id": 1, "date": 0}

    assert method_of(post_telegram(client, press))["text"] != ""


def test_commands_may_come_with_a_slash(client: FlaskClient, service: Service) -> None:
    for chat, (said, stage) in enumerate(COMMANDS.items(), CHAT):
        line = ByTelegram(client, chat)
        Reporter(line).begin()

        assert line.say(said).text != ""

        assert conversation(service, "telegram", str(chat)).stage is stage


def test_a_story_that_begins_with_a_slash_is_kept_whole(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByTelegram(client))
    reporter.answer_until(lambda: reporter.question().name == "story")

    reporter.line.say("/ he wrote from him@example.org and laughed")

    (part,) = conversation(service, "telegram", str(CHAT)).parts
    assert part == "he wrote from him@example.org and laughed"


@pytest.mark.parametrize("language", [language.code for language in KNOWLEDGE.phrasebook.languages])
def test_the_longest_read_back_still_ends_with_its_question(client: FlaskClient, language: str) -> None:
    words = "ج" * 19_000
    answers = {"story": words, "where": words, "contact_safe": words}
    reporter = Reporter(ByTelegram(client), language, answers)

    reporter.answer_until(lambda: reporter.question().name == "review")

    assert len(reporter.heard.text) < LONGEST_TELEGRAM
    assert reporter.heard.text.endswith(KNOWLEDGE.phrasebook.text(reporter.question().ask, language))
