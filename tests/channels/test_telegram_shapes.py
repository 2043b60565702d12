"""Updates of any shape: an authentic one is always taken, or Telegram would repeat it for a day."""

import json
import math
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.service import Service
from tests.making import counts, method_of, post_telegram, telegram_message, telegram_press

BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5_000, b"NaN",
    b'{"update_id": 1e999}', b'{"update_id": "x", "message": {}}', b'{"update_id": 1, "message": []}',
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_MESSAGE = ("message_id", "from", "chat", "date", "text", "caption", "photo", "entities", "reply_to_message")
_PRESS = ("id", "from", "message", "data", "chat_instance")
_BELOW = ("chat", "date", "message_id", "reply_markup", "reply_markup.inline_keyboard")
_MEMBER = ("chat", "chat.type", "from", "date", "new_chat_member", "new_chat_member.status")
PLACES = (
    "update_id",
    "message",
    "callback_query",
    *(f"message.{place}" for place in (*_MESSAGE, "chat.id", "chat.type", "from.id", "from.is_bot")),
    *(f"edited_message.{place}" for place in (*_MESSAGE, "chat.type", "edit_date")),
    *(f"callback_query.{place}" for place in _PRESS),
    *(f"callback_query.message.{place}" for place in _BELOW),
    *(f"my_chat_member.{place}" for place in _MEMBER),
)


def update_of(kind: str) -> dict[str, Any]:
    if kind == "callback_query":
        below = {"inline_keyboard": [[{"text": "x", "callback_data": "+why:race:x"}]]}
        return telegram_press("+why:race:x", below=below)
    update: dict[str, Any] = telegram_message("hello")
    message = update.pop("message")
    me = {"user": {"id": 900, "is_bot": True, "first_name": "x"}, "status": "member"}
    change = {"old_chat_member": me, "new_chat_member": me | {"status": "kicked", "until_date": 0}}
    return update | {kind: message | change if kind == "my_chat_member" else message}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_update_is_taken_and_passed_over(
    client: FlaskClient, service: Service, body: bytes
) -> None:
    assert method_of(post_telegram(client, body)) == {}
    assert counts(service.database) == {"conversation": 0, "turn": 0, "report": 0, "delivery": 0}


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.sampled_from(PLACES), value=ANYTHING, missing=st.booleans(), kind=st.sampled_from(KINDS))
def test_an_update_of_any_shape_is_taken(
    client: FlaskClient, place: str, value: object, missing: bool, kind: str
) -> None:
    update = update_of(kind)
    *above, last = place.split(".")
    part = update
    for name in above:
        part = part.get(name, {})
    part[last] = value
    if missing:
        del part[last]

    response = post_telegram(client, json.dumps(update).encode())

    assert response.status_code == 200


@pytest.mark.parametrize("place", ["message.date", "message.chat.id", "message.from.id", "update_id"])
def test_a_number_of_any_size_is_taken(client: FlaskClient, place: str) -> None:
    for number in (10**20, -(10**20), 2**55, 1e308, math.inf, -math.inf, math.nan):
        update: dict[str, Any] = telegram_message("hello")
        *above, last = place.split(".")
        part = update
        for name in above:
            part = part[name]
        part[last] = number

        assert post_telegram(client, json.dumps(update).encode()).status_code == 200
