"""Bodies of every shape that a provider has signed: never an error of ours, never half a turn."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from bot.service import Service
from casebridge.database import Database
from tests.making import FORM_TYPE, make_app, make_settings, rows, service_of, sms_form, telegram_press
from tests.making import telegram_message as telegram_text
from tests.surface import Door

FUZZED = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
ODD_TEXT = st.text(max_size=40) | st.sampled_from(
    ["english", "1", "done", "STOP", "no", "a" * 20_001, "\x00"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD_TEXT | st.just("\ud83d"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BROKEN = (b"", b"", b"&Body=%FF%FE", b"&Body=%ED%A0%80", b"&&=&%", b"&Body=\xff", b"&From")
SENDERS = st.sampled_from(["+447700900001", "+447700900002", "", "whatsapp:+447700900003"])
NAMES = st.sampled_from([*sms_form(""), "MediaUrl0", "MediaContentType0", "OptOutType", "", "Body[]", "ä"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = make_app(make_settings(tmp_path_factory.mktemp("bodies")))
    yield made
    service_of(made).database.close()


@pytest.fixture(scope="module")
def client(app: Flask) -> Client:
    return Client(Door.of(app))


@pytest.fixture(scope="module")
def database(app: Flask) -> Database:
    return service_of(app).database


@st.composite
def form_bodies(draw: st.DrawFn) -> bytes:
    """A text message with fields repeated, missing, renamed, or not in UTF-8, in any order."""
    form = sms_form(draw(ODD_TEXT), sender=draw(SENDERS))
    pairs = [*form.items(), *draw(st.lists(st.tuples(NAMES, ODD_TEXT), max_size=4))]
    for _ in range(draw(st.integers(0, 3))):
        del pairs[draw(st.integers(0, len(pairs) - 1))]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in draw(st.permutations(pairs)))
    broken = draw(
        st.sampled_from([b"", b"", b"&Body=%FF%FE", b"&Body=%ED%A0%80", b"&&=&%", b"&Body=\xff", b"&From"])
    )
    return body.encode("utf-8", "replace") + broken


@st.composite
def updates(draw: st.DrawFn) -> Any:
    """An update with up to three of its fields of another type, or gone."""
    chat = draw(st.sampled_from([5001, 5002]))
    text = draw(ODD_TEXT)
    update: Any = telegram_press(text, chat) if draw(st.booleans()) else telegram_text(text, chat)
    for _ in range(draw(st.integers(0, 3))):
        part = update
        while isinstance(part, dict) and part:
            name = draw(st.sampled_from(sorted(part)))
            if not isinstance(part[name], dict) or draw(st.booleans()):
                part[name] = draw(ANYTHING)
                break
            part = part[name]
    return update


@settings(FUZZED, max_examples=150)
@given(form_bodies())
def test_a_signed_form_of_any_shape_is_answered_and_kept_whole_or_not_at_all(
    client: Client, database: Database, body: bytes
) -> None:
    answer = client.post("/channels/sms", data=body, content_type=FORM_TYPE)

    assert answer.status_code in (200, 403)
    assert half_turns(database) == []


@settings(FUZZED, max_examples=150)
@given(updates() | ANYTHING)
def test_an_update_of_any_shape_is_answered_and_kept_whole_or_not_at_all(
    client: Client, database: Database, update: object
) -> None:
    answer = client.post("/channels/telegram", data=json.dumps(update), content_type="application/json")

    assert answer.status_code == 200
    assert half_turns(database) == []


@settings(FUZZED, max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["/channels/sms", "/channels/telegram"]))
def test_bytes_of_any_kind_are_answered(client: Client, database: Database, body: bytes, path: str) -> None:
    before = rows(database)

    answer = client.post(path, data=body)

    assert answer.status_code in (200, 403)
    assert rows(database) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/channels/sms", b"Body=" + b"a" * 1_900_000),
        ("/channels/sms", b"&".join(b"Body=%d" % n for n in range(10_000))),
        ("/channels/sms", b"Body=" + b"%F0%9F%98%A1" * 20_001),
        ("/channels/telegram", b'{"update_id":1,"message":' + b"[" * 500_000),
        ("/channels/telegram", b'{"update_id":1,"x":"' + b"a" * 1_900_000 + b'"}'),
    ],
    ids=["a body", "fields", "emoji", "lists in lists", "a field"],
)
def test_what_is_huge_is_answered(client: Client, database: Database, path: str, body: bytes) -> None:
    assert client.post(path, data=body, content_type=FORM_TYPE).status_code in (200, 403)
    assert half_turns(database) == []


def test_what_is_larger_than_any_message_is_not_read(client: Client) -> None:
    body = b"Body=" + b"a" * 3_000_000

    answers = [client.post(f"/channels/{name}", data=body).status_code for name in ("sms", "telegram")]

    assert answers == [413, 413]


def half_turns(database: Database) -> list[bytes]:
    """Return the conversations whose number of changes is not the number of their turns."""
    turns = Counter(row[0] for row in rows(database, "turn")["turn"])
    return [row[0] for row in rows(database, "conversation")["conversation"] if turns[row[0]] != row[1]]


def test_a_conversation_that_moved_without_a_turn_would_be_noticed(app: Flask) -> None:
    service: Service = service_of(app)
    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE conversation SET version = version + 1")

    assert half_turns(service.database) != []

    with service.database.begin() as connection:
        connection.exec_driver_sql("UPDATE conversation SET version = version - 1")
