"""For how long a chat stays open in its browser, without a script: 30 minutes, and words are never lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.making import Clock, service_of
from tests.web.chatting import STORY, Form, Page, Visitor, chat_of

SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(scope="module")
def clock() -> Clock:
    """One clock for all tests here; it only goes on."""
    return Clock()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Flask]:
    with chat_of(tmp_path_factory.mktemp("chat")) as opened:
        opened.extensions["service"] = replace(service_of(opened), now=clock)
        yield opened


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has answered one question."""
    visitor = Visitor.starts(app)
    visitor.presses("victim")
    return visitor


def looks(visitor: Visitor, path: str = "/") -> Page:
    return Page(visitor.client.get(path))


def stays(visitor: Visitor) -> int:
    return visitor.client.post("/stay", data=dict(visitor.page.writing.fields)).status_code


def test_before_thirty_minutes_the_chat_opens_and_then_it_does_not(visitor: Visitor, clock: Clock) -> None:
    clock.pass_(minutes=29)
    before = looks(visitor)
    clock.pass_(minutes=1)
    after = looks(visitor)

    assert before.said == ["You:", "Me"]
    assert (after.said, after.options) == ([], None)
    assert "Nothing was sent for 30 minutes, so the chat in this browser was closed." in "".join(after.words)


def test_the_page_that_says_so_is_in_the_language_of_the_chat(app: Flask, clock: Clock) -> None:
    visitor = Visitor.starts(app, "ar")
    clock.pass_(minutes=31)

    assert looks(visitor).root["lang"] == "ar"
    assert looks(visitor, "/?lang=pl").root["lang"] == "pl"


def test_staying_keeps_it_open_for_another_thirty_minutes(visitor: Visitor, clock: Clock) -> None:
    clock.pass_(minutes=25)
    stayed = stays(visitor)
    clock.pass_(minutes=29)
    open_still = looks(visitor).said
    clock.pass_(minutes=1)

    assert (stayed, open_still, looks(visitor).said) == (204, ["You:", "Me"], [])


def test_a_chat_that_is_closed_cannot_be_kept_open(visitor: Visitor, clock: Clock) -> None:
    clock.pass_(minutes=31)

    assert stays(visitor) == 410
    assert looks(visitor).said == []


def test_staying_needs_the_token_and_a_chat(app: Flask, visitor: Visitor) -> None:
    stranger = Visitor.arrives(app)

    assert visitor.client.post("/stay").status_code == 400
    assert stranger.client.post("/stay", data=dict(stranger.page.forms[0].fields)).status_code == 410


@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["no script", "script"])
def test_what_is_sent_from_the_open_page_is_taken_hours_later(
    visitor: Visitor, clock: Clock, headers: dict[str, str]
) -> None:
    form = visitor.page.writing
    clock.pass_(hours=5, minutes=59)

    response = visitor.posts([*form.fields, ("text", STORY)], **headers)

    assert response.status_code == (200 if headers else 303)
    assert STORY.splitlines()[0] in visitor.client.get("/").text


def test_after_that_words_are_kept_on_the_page_and_go_into_the_next_chat(
    visitor: Visitor, clock: Clock
) -> None:
    form = visitor.page.writing
    clock.pass_(hours=6)

    refused = visitor.sends(form, ("text", STORY))
    kept = visitor.page.writing
    visitor.sends(kept, ("text", kept.texts["text"]), ("language", "en"))
    while not visitor.page.writing.step:
        visitor.answers()

    assert refused.status_code == 400
    assert visitor.page.writing.step == "story"
    assert "They shouted at me" in " ".join(visitor.page.words)


def test_whoever_did_not_have_the_page_cannot_open_the_chat_by_sending(
    visitor: Visitor, clock: Clock
) -> None:
    fields = [pair for pair in visitor.page.writing.fields if pair[0] != "since"]
    clock.pass_(minutes=31)

    for since in ([], [("since", "0")], [("since", "00000000-0000000000000000")]):
        response = visitor.posts([*fields, *since, ("text", "show me")])
        assert response.status_code == 400
        assert "Who is it about?" not in response.text
    assert looks(visitor).said == []


def test_a_page_of_an_earlier_question_does_not_open_it_either(app: Flask, clock: Clock) -> None:
    visitor = Visitor.starts(app)
    first = visitor.page.writing
    visitor.presses("victim")
    visitor.answers()
    clock.pass_(minutes=31)

    assert visitor.posts([*first.fields, ("text", "hello")]).status_code == 400


def test_an_answer_that_was_lost_on_the_way_back_can_still_be_sent_again(
    visitor: Visitor, clock: Clock
) -> None:
    """The page shows all but the last turn: its message was taken, and the reply never came."""
    assert visitor.page.options is not None
    answer = [*visitor.page.options.fields, ("value", "no")]
    visitor.posts(answer)
    clock.pass_(minutes=31)

    response = visitor.posts(answer)

    assert response.status_code == 303
    assert looks(visitor).said == ["You:", "Me", "You:", "No"]


def test_starting_after_it_was_closed_begins_another_chat(visitor: Visitor, clock: Clock) -> None:
    clock.pass_(minutes=31)
    visitor.page = looks(visitor)

    visitor.sends(visitor.page.forms[0], ("language", "en"))

    assert visitor.page.said == []
    assert visitor.page.options is not None
    assert visitor.page.options.step == "role"


def test_a_page_of_the_earlier_chat_never_answers_a_question_of_the_later_one(
    visitor: Visitor, clock: Clock
) -> None:
    first_tab = visitor.page.writing
    clock.pass_(minutes=31)
    visitor.page = looks(visitor)
    visitor.sends(visitor.page.forms[0], ("language", "en"))

    refused = visitor.sends(Form([*first_tab.fields, ("step", "danger"), ("value", "no")]), ("text", STORY))
    kept = visitor.page.writing

    assert refused.status_code == 400
    assert kept.texts["text"].strip() == STORY
    assert {name for name, _ in kept.fields} == {"csrf_token"}
    assert looks(visitor).said == []


def test_the_language_can_be_changed_from_a_page_left_open(visitor: Visitor, clock: Clock) -> None:
    form = visitor.page.writing
    clock.pass_(minutes=45)

    visitor.sends(form, ("language", "pl"))

    assert visitor.page.root["lang"] == "pl"
    assert "Me" in visitor.page.said


def test_the_page_says_the_rule_in_words(visitor: Visitor) -> None:
    assert "This chat closes when nothing was sent for 30 minutes." in " ".join(visitor.page.words)


# --- addresses nobody knows -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/stay", 405), ("DELETE", "/", 405), ("POST", "/x/../y", 404)],
)
def test_an_unknown_address_gets_a_page_in_the_language_of_the_chat_and_a_way_on(
    app: Flask, method: str, path: str, status: int
) -> None:
    visitor = Visitor.starts(app, "ar")

    response = visitor.client.open(path, method=method)

    assert response.status_code == status
    assert ("Allow" in response.headers) is (status == 405)
    assert Page(response).root["lang"] == "ar"
    assert '<a href="/">' in response.text


def test_what_is_sent_to_an_unknown_address_is_not_read_however_much_it_is(app: Flask) -> None:
    response = app.test_client().post("/nowhere", data={"text": "x" * 3_000_000})

    assert response.status_code == 404
    assert "There is no such page" in response.text


@pytest.mark.parametrize("path", ["/channels/sms", "/channels/nowhere", "/static/nowhere", "/favicon.ico"])
def test_a_machine_is_answered_in_one_word(app: Flask, path: str) -> None:
    response = app.test_client().get(path)

    assert (response.status_code, response.mimetype, response.text) == (404, "text/plain", "Not Found")


def test_a_fault_of_ours_keeps_what_was_typed_and_tells_nothing(tmp_path: Path) -> None:
    with chat_of(tmp_path) as app:
        visitor = Visitor.starts(app)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.extensions["service"] = replace(service_of(app), now=lambda: None)  # type: ignore[arg-type,return-value]

        sent = visitor.sends(visitor.page.writing, ("text", STORY))
        opened = visitor.client.get("/")

    assert (sent.status_code, opened.status_code) == (500, 500)
    assert visitor.page.writing.texts["text"].strip() == STORY
    assert "TypeError" not in sent.text + opened.text
