"""Links that bring somebody, edited messages, updates out of order and repeated."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.arrival import Arrival
from bot.service import Service
from tests.making import conversation, method_of, post_telegram, telegram_message, telegram_press
from tests.reporter import ByTelegram, Reporter
from tests.talk import TEXTS

CHAT = 5001
PLACE = {"latitude": 54.57, "longitude": -1.32}


def telling(client: FlaskClient) -> Reporter:
    reporter = Reporter(ByTelegram(client))
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


@pytest.fixture
def arrivals(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[Arrival]:
    seen: list[Arrival] = []
    receive = Service.receive

    def look(self: Service, arrival: Arrival) -> Any:
        seen.append(arrival)
        return receive(self, arrival)

    monkeypatch.setattr(Service, "receive", look)
    return seen


@pytest.mark.parametrize(
    ("said", "text", "entry"),
    [
        ("/start library-norton", "start", "library-norton"),
        ("/start@report_bot poster_7", "start", "poster_7"),
        ("/start", "start", ""),
        ("/start not one word of a link", "start", ""),
        ("/start 1234567812345678", "1234567812345678", ""),
        ("/start 1234-5678-1234-5678", "1234567812345678", ""),
        ("/start 123456781234567", "start", "123456781234567"),
        ("/help@report_bot", "help", ""),
    ],
)
def test_a_link_brings_a_place_or_a_return_code(
    client: FlaskClient, arrivals: list[Arrival], said: str, text: str, entry: str
) -> None:
    post_telegram(client, telegram_message(said))

    assert [(arrival.text, arrival.entry) for arrival in arrivals] == [(text, entry)]


def test_a_link_with_a_return_code_opens_the_report(client: FlaskClient) -> None:
    code = Reporter(ByTelegram(client)).report().code.replace(".", "-")
    other = ByTelegram(client, 5002)
    Reporter(other).begin()

    heard = other.say(f"/start {code}")

    assert heard.text.startswith(TEXTS.status_received.text)


def test_start_in_the_middle_puts_the_question_again(client: FlaskClient, service: Service) -> None:
    reporter = telling(client)

    heard = reporter.line.say("/start library-norton")

    assert heard.text.endswith(reporter.question().ask.text)
    assert conversation(service, "telegram", str(CHAT)).parts == ()


# --- edits, order, repeats ---


def edited(update: Mapping[str, Any], words: str) -> dict[str, Any]:
    later = telegram_message(words)
    message = later.pop("message") | {"message_id": update["message"]["message_id"], "edit_date": 1795003300}
    return later | {"edited_message": message}


def test_an_edited_message_corrects_the_story(client: FlaskClient, service: Service) -> None:
    telling(client)
    first = telegram_message("one man hit me")
    post_telegram(client, first)

    heard = method_of(post_telegram(client, edited(first, "two men hit me")))["text"]

    assert heard.startswith(TEXTS.edit_noted.text.format(answer="two men hit me"))
    assert conversation(service, "telegram", str(CHAT)).parts == ("two men hit me",)


def test_a_location_that_moves_says_nothing(client: FlaskClient) -> None:
    telling(client)
    moved = edited(telegram_message(None, location=PLACE), "")
    del moved["edited_message"]["text"]
    moved["edited_message"]["location"] = PLACE

    assert method_of(post_telegram(client, moved)) == {}


def test_an_older_message_that_comes_after_a_newer_one_answers_nothing_and_is_kept(
    client: FlaskClient, service: Service
) -> None:
    telling(client)
    older, newer = telegram_message("first he shouted at me"), telegram_message("then he hit me\ndone")

    post_telegram(client, newer)
    open_now = method_of(post_telegram(client, telegram_message("help")))["text"].split("\n\n")[-1]
    heard = method_of(post_telegram(client, older))["text"]

    assert heard.startswith(TEXTS.came_late_kept.text)
    assert heard.split("\n\n")[-1] == open_now
    story = str(conversation(service, "telegram", str(CHAT)).answers["story"].value)
    assert story == "then he hit me\n\nfirst he shouted at me"


def test_buttons_pressed_in_any_order_answer_their_question(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByTelegram(client)).begin()
    role = telegram_press(reporter.heard.buttons[0])
    danger = telegram_press("danger:no:x")

    post_telegram(client, danger)
    post_telegram(client, role)

    answers = conversation(service, "telegram", str(CHAT)).answers
    assert "role" in answers
    assert "danger" not in answers


def test_an_update_repeated_after_the_talk_went_on_is_answered_the_same_and_moves_nothing(
    client: FlaskClient, service: Service
) -> None:
    telling(client)
    update = telegram_message("he shouted at me")
    first = method_of(post_telegram(client, update))
    post_telegram(client, telegram_message("done"))
    before = conversation(service, "telegram", str(CHAT))

    again = method_of(post_telegram(client, update))

    assert again == first
    assert conversation(service, "telegram", str(CHAT)) == before
