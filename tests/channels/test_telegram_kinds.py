"""Every kind of update has its place: taken, asked for in words, or passed over; always with 200."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.core.conversation import Stage
from bot.core.phrases import Phrase
from bot.service import Service
from tests.channels.conftest import TelegramBot
from tests.making import conversation, counts, method_of, post_telegram, telegram_message
from tests.reporter import ByTelegram, Reporter
from tests.talk import TEXTS

CHAT = 5001
NOTHING = {"conversation": 0, "turn": 0, "report": 0, "delivery": 0}
FILE = {"file_id": "a", "file_unique_id": "b"}
FILM = FILE | {"width": 1, "height": 1, "duration": 1}
PLACE = {"latitude": 54.57, "longitude": -1.32}
PERSON = {"id": CHAT, "is_bot": False, "first_name": "Amina"}
POLL = {
    "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
    "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
}  # fmt: skip
IN_WORDS: Mapping[str, tuple[dict[str, Any], Phrase]] = {
    "voice": ({"voice": FILE | {"duration": 3}}, TEXTS.no_recordings),
    "audio": ({"audio": FILE | {"duration": 3}}, TEXTS.no_recordings),
    "video": ({"video": FILM}, TEXTS.no_recordings),
    "a round video": ({"video_note": FILE | {"length": 9, "duration": 3}}, TEXTS.no_recordings),
    "a location": ({"location": PLACE}, TEXTS.no_location),
    "somebody's contact": ({"contact": {"phone_number": "+4477", "first_name": "B"}}, TEXTS.no_contact_card),
    "an own contact": (
        {"contact": {"phone_number": "+447700900123", "first_name": "A", "user_id": CHAT}},
        TEXTS.no_contact_card,
    ),
    "an animation": ({"animation": FILM, "document": FILE | {"mime_type": "video/mp4"}}, TEXTS.text_wanted),
    "a document": ({"document": FILE | {"mime_type": "application/pdf"}}, TEXTS.text_wanted),
    "a photo without the token": ({"photo": [FILE | {"width": 9, "height": 9}]}, TEXTS.text_wanted),
    "a poll": ({"poll": POLL}, TEXTS.text_wanted),
    "a die": ({"dice": {"emoji": "\N{GAME DIE}", "value": 6}}, TEXTS.text_wanted),
    "a kind yet to come": ({"hologram": FILE}, TEXTS.text_wanted),
}
AS_WORDS: Mapping[str, tuple[dict[str, Any], str]] = {
    "a caption": ({"photo": [], "caption": "he hit me"}, "he hit me"),
    "a venue": (
        {"venue": {"location": PLACE, "title": "Library", "address": "Norton Rd"}, "location": PLACE},
        "Library, Norton Rd",
    ),
    "forwarded": (
        {"text": "go home", "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}},
        "go home",
    ),
    "a reply": ({"text": "he hit me", "reply_to_message": telegram_message("?")["message"]}, "he hit me"),
    "by another bot": ({"text": "he hit me", "via_bot": PERSON | {"is_bot": True}}, "he hit me"),
    "markup": (
        {"text": "<b>he *hit*</b> me", "entities": [{"type": "bold", "offset": 0, "length": 3}]},
        "<b>he *hit*</b> me",
    ),
    "half a character": ({"text": "he hit \ud83d me"}, "he hit ? me"),
}
SILENT: Mapping[str, dict[str, Any]] = {
    "pinned": {"pinned_message": telegram_message("x")["message"]},
    "a timer": {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    "leave to write": {"write_access_allowed": {}},
}
OTHER_UPDATES: Mapping[str, dict[str, Any]] = {
    "inline_query": {"id": "1", "from": PERSON, "query": "x", "offset": ""},
    "chosen_inline_result": {"result_id": "1", "from": PERSON, "query": "x"},
    "edited_channel_post": telegram_message("x")["message"] | {"chat": {"id": -5, "type": "channel"}},
    "business_message": telegram_message("x")["message"],
    "edited_business_message": telegram_message("x")["message"],
    "message_reaction": {
        "chat": {"id": CHAT, "type": "private"}, "message_id": 1, "user": PERSON, "date": 1,
        "old_reaction": [], "new_reaction": [],
    },
    "poll": POLL,
    "poll_answer": {"poll_id": "1", "user": PERSON, "option_ids": [0]},
    "chat_join_request": {"chat": {"id": -5, "type": "group"}, "from": PERSON, "date": 1, "user_chat_id": 1},
    "hologram": {"x": 1},
}  # fmt: skip
GROUPS = ("group", "supergroup", "channel")


def telling(client: FlaskClient) -> Reporter:
    reporter = Reporter(ByTelegram(client))
    return reporter.answer_until(lambda: bool(reporter.asked) and reporter.question().name == "story")


def membership(status: str, kind: str = "private", chat: int = CHAT) -> dict[str, Any]:
    me = {"id": 900, "is_bot": True, "first_name": "Report"}
    change = {
        "chat": {"id": chat, "type": kind},
        "from": PERSON,
        "date": 1795003200,
        "old_chat_member": {"status": "member", "user": me},
        "new_chat_member": {"status": status, "user": me} | ({"until_date": 0} if status == "kicked" else {}),
    }
    update = telegram_message("x") | {"my_chat_member": change}
    del update["message"]
    return update


@pytest.mark.parametrize(("sent", "asks"), IN_WORDS.values(), ids=IN_WORDS)
def test_what_holds_no_words_is_asked_for_in_words(
    client: FlaskClient, service: Service, sent: dict[str, Any], asks: Phrase
) -> None:
    reporter = telling(client)

    heard = method_of(post_telegram(client, telegram_message(None, **sent)))["text"]

    assert heard == f"{asks.text}\n\n{reporter.question().ask.text}"
    assert conversation(service, "telegram", str(CHAT)).parts == ()


@pytest.mark.parametrize(("sent", "words"), AS_WORDS.values(), ids=AS_WORDS)
def test_words_are_taken_as_they_are_whatever_they_came_with(
    client: FlaskClient, service: Service, sent: dict[str, Any], words: str
) -> None:
    telling(client)

    post_telegram(client, telegram_message(sent.get("text"), **sent))

    assert conversation(service, "telegram", str(CHAT)).parts == (words,)


def test_an_own_contact_card_answers_how_to_be_reached(client: FlaskClient, service: Service) -> None:
    reporter = Reporter(ByTelegram(client))
    reporter.answer_until(lambda: reporter.question().name == "contact_details")
    card = {"phone_number": "447700900123", "first_name": "A", "user_id": CHAT}

    post_telegram(client, telegram_message(None, contact=card))

    given = conversation(service, "telegram", str(CHAT)).answers["contact_details"].value
    assert given == {"kind": "phone", "phone": "+447700900123"}


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize("sent", SILENT.values(), ids=SILENT)
def test_what_telegram_tells_of_the_chat_itself_is_passed_over(
    client: FlaskClient, service: Service, sent: dict[str, Any]
) -> None:
    assert method_of(post_telegram(client, telegram_message(None, **sent))) == {}
    assert counts(service.database) == NOTHING


@pytest.mark.parametrize("kind", OTHER_UPDATES)
def test_other_updates_are_passed_over(client: FlaskClient, service: Service, kind: str) -> None:
    update = telegram_message("x") | {kind: OTHER_UPDATES[kind]}
    del update["message"]

    assert method_of(post_telegram(client, update)) == {}
    assert counts(service.database) == NOTHING


@pytest.mark.parametrize("kind", GROUPS)
def test_where_others_read_along_nothing_is_said_and_the_bot_leaves(
    telegram_bot: TelegramBot, kind: str
) -> None:
    chat = {"id": -5, "type": kind, "title": "x"}
    post = telegram_message("/start@report_bot")
    post["message"] |= {"chat": chat, "sender_chat": chat}
    if kind == "channel":
        post["channel_post"] = post.pop("message")
        del post["channel_post"]["from"]

    assert method_of(post_telegram(telegram_bot.client, post)) == {}
    assert method_of(post_telegram(telegram_bot.client, membership("member", kind, -5))) == {}

    assert telegram_bot.calls("leaveChat") == [{"chat_id": "-5"}] * 2
    assert counts(telegram_bot.service.database) == NOTHING


def test_a_bot_that_was_put_out_of_a_group_stays_out(telegram_bot: TelegramBot) -> None:
    method_of(post_telegram(telegram_bot.client, telegram_message("hello")))

    assert method_of(post_telegram(telegram_bot.client, membership("kicked", "group", -5))) == {}

    assert "leaveChat" not in telegram_bot.api.called


def test_blocking_the_bot_is_a_stop_and_writing_again_ends_it(client: FlaskClient, service: Service) -> None:
    reporter = telling(client)

    assert method_of(post_telegram(client, membership("kicked"))) == {}
    stopped = conversation(service, "telegram", str(CHAT)).stage
    assert method_of(post_telegram(client, membership("member"))) == {}
    heard = reporter.line.say("/start")

    assert stopped is Stage.STOPPED
    assert heard.text.endswith(reporter.question().ask.text)
    assert conversation(service, "telegram", str(CHAT)).stage is Stage.OPEN
