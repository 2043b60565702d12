"""Updates of any shape: an authentic one is always taken, or Telegram would repeat it for a day."""

import json
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
PATHS = [
    ("update_id",), ("message",), ("message", "message_id"), ("message", "from"), ("message", "from", "id"),
    ("message", "from", "is_bot"), ("message", "from", "first_name"), ("message", "chat"), ("message", "chat", "id"),
    ("message", "chat", "type"), ("message", "date"), ("message", "text"), ("message", "caption"),
    ("message", "photo"), ("message", "entities"), ("message", "reply_to_message"), ("callback_query",),
    ("callback_query", "data"), ("callback_query", "from"), ("callback_query", "message"), ("callback_query", "id"),
    ("callback_query", "message", "chat"), ("callback_query", "message", "date"),
]  # fmt: skip


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
    database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), value=ANYTHING, missing=st.booleans(), press=st.booleans())
def test_an_update_of_any_shape_is_taken(
    client: FlaskClient, path: tuple[str, ...], value: object, missing: bool, press: bool
) -> None:
    update: dict[str, Any] = telegram_press("role:victim:x") if press else telegram_message("hello")
    *above, last = path
    place = update
    for name in above:
        place = place.get(name, {})
    place[last] = value
    if missing:
        del place[last]

    response = post_telegram(client, json.dumps(update).encode())

    assert response.status_code == 200
