"""The web chat without a script: forms in, pages out, and nothing lost on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from casebridge.database import Database
from tests.making import service_of
from tests.web.chatting import LANGUAGES, STORY, Form, Page, Visitor, chat_of

HOSTILE = {
    "empty": "",
    "spaces": " \n\t ",
    "100,000 characters": "ش" * 100_000,
    "control characters": "a\x00\x07\x1b[31mb\x7f",
    "half a character": "\ud800 x \udfff",
    "bidi override": "\u202eabc\u2066",
    "markup": "<script>alert(1)</script>{{ 7 * 7 }}",
    "emoji": "👩🏽\u200d🚀👍",
    "quotes": "'\"; DROP TABLE turn; --",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app for tests that mind only their own conversation."""
    with chat_of(tmp_path_factory.mktemp("chat")) as opened:
        yield opened


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """An app for a test that counts rows or takes the database away."""
    with chat_of(tmp_path) as opened:
        yield opened


def count(app: Flask, table: str) -> int:
    with service_of(app).database.read() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    return found


def lose_database(app: Flask) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    app.extensions["service"] = replace(service_of(app), database=away)  # nothing listens on port 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_report_needs_no_script(own_app: Flask, language: str) -> None:
    visitor = Visitor.starts(own_app, language)

    visitor.reports()

    assert visitor.page.codes == 2
    assert visitor.page.root["lang"] == language
    assert visitor.page.root["dir"] == ("rtl" if language == "ar" else "ltr")
    assert count(own_app, "report") == 1


def test_nothing_is_stored_before_the_chat_is_started(own_app: Flask) -> None:
    visitor = Visitor.arrives(own_app)

    response = visitor.posts([*visitor.page.forms[0].fields, ("text", "hello")])

    assert response.status_code == 400
    assert (count(own_app, "conversation"), count(own_app, "turn")) == (0, 0)


@pytest.mark.parametrize(
    ("path", "accepts", "language"),
    [
        ("/", "pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("/", "ar-SY", "ar"),
        ("/", "de, fr;q=0.5", "en"),
        ("/", "", "en"),
        ("/?lang=pl", "ar", "pl"),
        ("/?lang=xx", "ar", "ar"),
    ],
)
def test_the_first_page_is_in_a_language_the_browser_asks_for(
    app: Flask, path: str, accepts: str, language: str
) -> None:
    response = app.test_client().get(path, headers={"Accept-Language": accepts})

    assert Page(response).root["lang"] == language


def test_a_message_sent_twice_is_answered_once(app: Flask) -> None:
    visitor = Visitor.starts(app)
    options = visitor.page.options
    assert options is not None

    visitor.sends(options, ("value", "victim"))
    once = visitor.page.said
    visitor.sends(options, ("value", "victim"))

    assert visitor.page.said == once
    assert visitor.page.options is not None
    assert visitor.page.options.step == "danger"


def test_what_is_pressed_is_shown_by_its_label_and_what_is_written_word_for_word(app: Flask) -> None:
    visitor = Visitor.starts(app)

    visitor.presses("victim")
    visitor.writes("nope!")

    assert visitor.page.said == ["You:", "Me", "You:", "nope!"]


def test_the_text_field_comes_in_a_form_without_options_so_that_enter_chooses_nothing(app: Flask) -> None:
    visitor = Visitor.starts(app)

    assert visitor.page.options is not None
    assert visitor.page.writing.offered == []


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["text", "value", "step", "id", "language", "shown", "since"])
def test_hostile_input_gets_a_page_and_loses_nothing(app: Flask, field: str, words: str) -> None:
    visitor = Visitor.starts(app)
    assert visitor.page.options is not None
    fields = [pair for pair in visitor.page.options.fields if pair[0] != field]
    sent = words.encode("utf-8", "surrogatepass").decode("utf-8", "replace")

    for headers in ({}, {"X-Requested-With": "fetch"}):
        response = visitor.posts([*fields, (field, sent)], **headers)
        assert response.status_code in (200, 303)

    page = Page(visitor.client.get("/"))
    assert page.options is not None
    assert page.options.step == "role"


def test_half_characters_in_a_form_are_read_as_something(app: Flask) -> None:
    visitor = Visitor.starts(app)
    token = dict(visitor.page.writing.fields)["csrf_token"]

    response = visitor.client.post(
        "/", data=f"csrf_token={token}&text=%ED%A0%80%FF%00", content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 303
    assert Page(visitor.client.get("/")).options is not None


def test_a_request_beyond_all_measure_is_told_so_calmly(app: Flask) -> None:
    visitor = Visitor.starts(app)

    response = visitor.writes("x" * 3_000_000)

    assert response.status_code == 413
    assert "That is too long for one message" in response.text


def test_with_the_database_away_the_answer_stays_on_the_page(own_app: Flask) -> None:
    visitor = Visitor.starts(own_app)
    options = visitor.page.options
    assert options is not None
    service = service_of(own_app)
    lose_database(own_app)

    response = visitor.sends(options, ("value", "victim"), ("text", STORY))

    assert response.status_code == 503
    form = visitor.page.writing
    assert form.texts["text"].strip() == STORY
    kept = dict(form.fields)
    assert (kept["step"], kept["value"], kept["id"]) == ("role", "victim", dict(options.fields)["id"])

    own_app.extensions["service"] = service
    visitor.sends(form)

    assert visitor.page.options is not None
    assert visitor.page.options.step == "danger"


def test_with_the_database_away_the_chat_says_so_in_its_language(own_app: Flask) -> None:
    visitor = Visitor.starts(own_app, "ar")
    form = visitor.page.writing
    lose_database(own_app)

    sent = visitor.sends(form, ("text", "مرحبا"))
    opened = visitor.client.get("/")
    left = visitor.client.get("/exit")

    assert (sent.status_code, opened.status_code, left.status_code) == (503, 503, 303)
    assert visitor.page.root["lang"] == "ar"


def test_a_form_without_its_token_is_kept_and_can_be_sent_again(app: Flask) -> None:
    visitor = Visitor.starts(app, "pl")
    fields = [pair for pair in visitor.page.writing.fields if pair[0] != "csrf_token"]

    refused = visitor.sends(Form([*fields, ("text", "to ja")]))
    form = visitor.page.writing

    assert refused.status_code == 400
    assert (visitor.page.root["lang"], form.texts["text"].strip()) == ("pl", "to ja")

    visitor.sends(form, ("text", "to ja"))

    assert visitor.page.said[-1] == "to ja"


def test_words_written_after_the_chat_has_ended_go_into_the_next_one(app: Flask) -> None:
    visitor = Visitor.starts(app)
    form = visitor.page.writing
    visitor.client.get("/exit")

    refused = visitor.sends(form, ("text", STORY))
    again = visitor.page.writing
    visitor.sends(again, ("text", again.texts["text"]), ("language", "en"))
    while not visitor.page.writing.step:
        visitor.answers()

    assert refused.status_code == 400
    assert visitor.page.writing.step == "story"
    assert "They shouted at me" in " ".join(visitor.page.words)


def test_leaving_erases_and_goes_elsewhere(own_app: Flask) -> None:
    visitor = Visitor.starts(own_app)

    response = visitor.client.get("/exit", headers={"Sec-Fetch-Site": "same-origin"})

    assert (response.status_code, response.location) == (303, "https://www.bbc.co.uk/weather")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "chat=;" in response.headers["Set-Cookie"]
    assert (count(own_app, "conversation"), count(own_app, "turn")) == (0, 0)


def test_leaving_is_never_refused_but_erases_only_for_our_own_page(own_app: Flask) -> None:
    linked, posted = Visitor.starts(own_app), Visitor.starts(own_app)

    by_link = linked.client.get("/exit", headers={"Sec-Fetch-Site": "cross-site"})
    by_form = posted.client.post("/exit")

    assert (by_link.status_code, by_form.status_code) == (303, 303)
    assert count(own_app, "conversation") == 2
    for visitor in (linked, posted):
        assert Page(visitor.client.get("/")).options is None


def test_leaving_by_a_form_with_its_token_erases(own_app: Flask) -> None:
    visitor = Visitor.starts(own_app)

    visitor.client.post("/exit", data=dict(visitor.page.writing.fields))

    assert count(own_app, "conversation") == 0


def test_a_script_gets_only_what_its_page_does_not_show(app: Flask) -> None:
    visitor = Visitor.starts(app)
    mark = visitor.client.get("/").text.partition('data-mark="')[2].partition('"')[0]
    assert visitor.page.options is not None
    answer = [pair for pair in visitor.page.options.fields if pair[0] != "since"] + [("value", "victim")]

    known = visitor.posts([*answer, ("since", mark)], **{"X-Requested-With": "fetch"})
    unknown = visitor.posts([*answer, ("since", "0")], **{"X-Requested-With": "fetch"})

    assert "Who is it about?" not in known.text
    assert "data-whole" not in known.text
    assert "Who is it about?" in unknown.text
    assert "data-whole" in unknown.text


def test_after_delete_a_script_clears_its_page(app: Flask) -> None:
    visitor = Visitor.starts(app)
    mark = visitor.client.get("/").text.partition('data-mark="')[2].partition('"')[0]

    response = visitor.posts(
        [*visitor.page.writing.fields, ("text", "delete"), ("since", mark)], **{"X-Requested-With": "fetch"}
    )

    assert "data-whole" in response.text
    assert "Who is it about?" not in response.text
