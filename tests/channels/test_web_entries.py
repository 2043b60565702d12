"""Coming to the web chat by an entry point, `/?at=poster-1`, without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.making import service_of
from tests.web.chatting import Page, Visitor, chat_of


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with chat_of(tmp_path) as opened:
        yield opened


def counted(app: Flask) -> list[tuple[str, str, int]]:
    with service_of(app).database.read() as connection:
        return [
            tuple(row) for row in connection.execute(text("SELECT entry, channel, count FROM entry_count"))
        ]


def test_starting_from_an_entry_point_is_counted_once(app: Flask) -> None:
    visitor = Visitor.arrives(app, "/?at=poster-1")
    form = visitor.page.forms[0]

    visitor.sends(form, ("language", "en"))
    visitor.sends(form, ("language", "en"))
    visitor.presses("victim")

    assert counted(app) == [("poster-1", "web", 1)]


def test_looking_at_the_first_page_is_not_counted_and_leaves_nothing_in_the_cookie(app: Flask) -> None:
    visitor = Visitor.arrives(app, "/?at=poster-1")

    with visitor.client.session_transaction() as session:
        assert set(session) == {"csrf_token"}
    visitor.sends(visitor.page.forms[0], ("language", "en"))
    with visitor.client.session_transaction() as session:
        assert set(session) == {"csrf_token", "id"}
    assert "poster-1" not in visitor.client.get("/").text


def test_choosing_another_language_first_keeps_the_entry_point(app: Flask) -> None:
    visitor = Visitor.arrives(app, "/?at=poster-1")

    assert 'href="/?lang=pl&amp;at=poster-1"' in visitor.client.get("/?at=poster-1").text
    visitor.page = Page(visitor.client.get("/?lang=pl&at=poster-1"))
    visitor.sends(visitor.page.forms[0], ("language", "pl"))

    assert counted(app) == [("poster-1", "web", 1)]


@pytest.mark.parametrize("entry", ["nowhere", '"><script>', ""])
def test_an_unknown_entry_point_is_neither_shown_nor_counted(app: Flask, entry: str) -> None:
    visitor = Visitor.arrives(app, f"/?at={entry}")

    assert "at" not in dict(visitor.page.forms[0].fields)
    visitor.sends(visitor.page.forms[0], ("at", entry), ("language", "en"))

    assert visitor.page.options is not None
    assert counted(app) == []
