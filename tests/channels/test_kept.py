"""The fallback answers in time where the database hangs; what is kept is taken in later, once."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from bot import kept
from bot.channels import sms as by_sms
from bot.service import Service
from bot.settings import Settings
from tests.making import PHONE, counts, post_sms, rows, sms, sms_form, texts_of
from tests.reporter import BySms
from tests.talk import TEXTS


@pytest.mark.parametrize("first", ["the request", "its copy"])
def test_where_the_database_hangs_the_message_is_kept_in_time_and_taken_once(
    client: FlaskClient,
    service: Service,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    where, file = kept.folder(settings), service.database.engine.url.database
    BySms(client).say("english")
    monkeypatch.setattr(by_sms, "FALLBACK_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as patient, closing(sqlite3.connect(str(file))) as other:
        monkeypatch.setattr(by_sms, "_patient", patient)
        other.execute("BEGIN IMMEDIATE")

        (said,) = texts_of(post_sms(client, sms_form("1"), path=by_sms.FALLBACK_PATH))

        assert said == TEXTS.cannot_answer.text
        assert len(list(where.iterdir())) == 1
        assert counts(service.database, "turn") == {"turn": 1}
        other.rollback()
        if first == "its copy":
            kept.take_in(service, where)
    assert counts(service.database, "turn") == {"turn": 2}
    taken = rows(service.database)

    kept.take_in(service, where)

    assert rows(service.database) == taken
    assert list(where.iterdir()) == []


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "no time": lambda stored: stored.pop("written_at"),
    "no sender": lambda stored: stored.pop("address"),
    "another time": lambda stored: stored.update(written_at="yesterday"),
    "another picture": lambda stored: stored.update(media=[{"shelf": 3}]),
    "another press": lambda stored: stored.update(pressed="yes"),
    "another thing": lambda stored: stored.update(attached="hologram"),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_a_file_of_another_version_waits_and_keeps_no_other_waiting(
    service: Service, settings: Settings, change: Callable[[dict[str, Any]], object]
) -> None:
    where, now = kept.folder(settings), datetime.now(UTC)
    kept.keep(where, service.cipher, sms("english", "SM1"), now)
    (odd,) = where.iterdir()
    rewrite(service, odd, change)
    kept.keep(where, service.cipher, replace(sms("english", "SM2"), address="+447700900999"), now)

    assert kept.take_in(service, where) == 1

    assert list(where.iterdir()) == [odd]


def test_what_another_version_says_besides_is_not_read(service: Service, settings: Settings) -> None:
    where = kept.folder(settings)
    kept.keep(where, service.cipher, sms("english", "SM1"), datetime.now(UTC) - timedelta(minutes=1))
    (file,) = where.iterdir()
    rewrite(service, file, lambda stored: stored.update(mood="calm"))

    assert kept.take_in(service, where) == 1

    assert service.last_heard("sms", PHONE) is not None


def rewrite(service: Service, file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    name = bytes.fromhex(file.name)
    stored = orjson.loads(service.cipher.decrypt(file.read_bytes(), name))
    change(stored)
    file.write_bytes(service.cipher.encrypt(orjson.dumps(stored), name))
