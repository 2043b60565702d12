"""What every public answer carries, and how little the first page is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.web.chatting import Visitor, chat_of


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with chat_of(tmp_path_factory.mktemp("chat")) as opened:
        yield opened


def test_the_cookie_holds_an_id_and_a_token_and_ends_with_the_browser(app: Flask) -> None:
    visitor = Visitor.starts(app)

    cookie = app.test_client().get("/").headers["Set-Cookie"]
    with visitor.client.session_transaction() as session:
        held = set(session)

    assert held == {"id", "csrf_token"}
    assert cookie.startswith("chat=")
    assert cookie.partition(";")[2] == " HttpOnly; Path=/; SameSite=Lax"


def test_under_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    with chat_of(tmp_path, public_url="https://report.example.org") as app:
        response = app.test_client().get("/", base_url="https://report.example.org")

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-chat=")
    assert cookie.partition(";")[2] == " Secure; HttpOnly; Path=/; SameSite=Lax"
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", ["/", "/exit", "/nowhere", "/static/chat.js", "/healthz"])
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    with app.test_client().get(path) as response:
        headers = response.headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; ")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_only_the_talk_itself_is_hidden_from_search(app: Flask) -> None:
    visitor = Visitor.arrives(app)
    landing = visitor.client.get("/")
    visitor.sends(visitor.page.forms[0], ("language", "en"))

    assert "X-Robots-Tag" not in landing.headers
    assert visitor.client.get("/").headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_first_page_weighs_little_and_asks_nobody_else(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/?lang=ar")

    files = [part.partition('"')[0] for part in page.text.split("/static/")[1:]]
    answers = [client.get(f"/static/{file}", buffered=True) for file in files]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert len(page.data) + sum(len(answer.data) for answer in answers) < 60_000
    assert "http" not in page.text.replace("http-equiv", "")
