"""Photos by the web chat without a script: a form with files in, the same chat out."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.media import MOST_BYTES
from tests.making import service_of
from tests.pictures import HTML, picture
from tests.talk import TEXTS
from tests.web.chatting import Visitor, chat_of


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with chat_of(tmp_path) as opened:
        yield opened


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is asked what happened."""
    visitor = Visitor.starts(app)
    while not visitor.page.writing.texts.keys() or not is_story(visitor):
        visitor.answers()
    return visitor


def is_story(visitor: Visitor) -> bool:
    return any(control.get("type") == "file" for control in visitor.page.writing.controls)


def sends(visitor: Visitor, *files: tuple[bytes, str], words: str = "", **more: str) -> TestResponse:
    """Send the form of the story with these files, and look at where it leads."""
    fields: dict[str, Any] = dict(visitor.page.writing.fields) | {"text": words} | more
    fields["photo"] = [file(*each) for each in files or ((b"", ""),)]
    response = post(visitor.client, fields)
    if response.status_code == 303:
        visitor.page = type(visitor.page)(visitor.client.get("/"))
    return response


def file(content: bytes, name: str = "a.jpg") -> FileStorage:
    return FileStorage(BytesIO(content), name, content_type="image/jpeg")


def post(client: FlaskClient, fields: dict[str, Any]) -> TestResponse:
    """Post a form as a browser does, from memory."""
    boundary, body = encode_multipart(fields)
    return client.post("/", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def heard(visitor: Visitor) -> str:
    return " ".join(" ".join(visitor.page.words).split())


def kept(app: Flask, table: str = "photo") -> int:
    with service_of(app).database.read() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
    return found


def test_photos_and_words_are_sent_with_one_form(app: Flask, visitor: Visitor) -> None:
    sends(visitor, (picture(), "a.jpg"), (picture("PNG"), "b.png"), words="they painted this on my door")

    assert kept(app) == 2
    assert "You have sent 2 of at most 5." in heard(visitor)
    assert visitor.page.said[-1] == "they painted this on my door"


def test_a_form_with_its_field_of_files_left_empty_is_words_alone(app: Flask, visitor: Visitor) -> None:
    sends(visitor, words="they shouted")

    assert kept(app) == 0
    assert TEXTS.text_wanted.text not in heard(visitor)
    assert visitor.page.said[-1] == "they shouted"


def test_the_same_form_sent_twice_keeps_its_photos_once(app: Flask, visitor: Visitor) -> None:
    fields = dict(visitor.page.writing.fields)

    sends(visitor, (picture(), "a.jpg"), id=fields["id"])
    sends(visitor, (picture(), "a.jpg"), id=fields["id"])

    assert kept(app) == 1


def test_the_sixth_photo_is_not_kept(app: Flask, visitor: Visitor) -> None:
    sends(visitor, *[(picture(), "a.jpg")] * 6)

    assert kept(app) == 5
    assert "at most 5 pictures" in heard(visitor)


@pytest.mark.parametrize("name", ["innocent.jpg", "../../etc/passwd", "a" * 4000])
def test_a_page_by_the_name_of_a_picture_is_refused(app: Flask, visitor: Visitor, name: str) -> None:
    sends(visitor, (HTML, name))

    assert kept(app) == 0
    assert TEXTS.photo_not_a_picture.text in heard(visitor)


def test_a_photo_that_is_too_large_is_refused_and_the_words_beside_it_are_kept(
    app: Flask, visitor: Visitor
) -> None:
    sends(visitor, (picture() + bytes(MOST_BYTES), "a.jpg"), words="they shouted")

    assert TEXTS.photo_too_big.text in heard(visitor)
    assert visitor.page.said[-1] == "they shouted"


def test_more_than_five_large_photos_at_once_are_refused_with_a_page_that_says_so(visitor: Visitor) -> None:
    response = sends(visitor, *[(bytes(MOST_BYTES), "a.jpg")] * 6)

    assert response.status_code == 413
    assert "send fewer or smaller photos at a time" in response.text


def test_without_a_chat_a_large_form_is_not_read(app: Flask) -> None:
    fields: dict[str, Any] = {"text": "x", "photo": file(bytes(3 * 1024 * 1024))}

    response = post(app.test_client(), fields)

    assert response.status_code == 413


def test_a_form_without_its_token_keeps_no_photo(app: Flask, visitor: Visitor) -> None:
    response = sends(visitor, (picture(), "a.jpg"), csrf_token="")

    assert response.status_code == 400
    assert kept(app) == 0


def test_a_photo_can_be_sent_after_the_story_too(app: Flask, visitor: Visitor) -> None:
    sends(visitor, words="they shouted\ndone")
    assert not is_story(visitor)
    (later,) = (form for form in visitor.page.forms if any(c.get("type") == "file" for c in form.controls))

    fields: dict[str, Any] = dict(later.fields) | {"photo": file(picture())}
    post(visitor.client, fields)

    assert kept(app) == 1


def test_photos_are_offered_neither_before_the_story_nor_after_sending(app: Flask) -> None:
    visitor = Visitor.starts(app)
    before = any(control.get("type") == "file" for form in visitor.page.forms for control in form.controls)

    visitor.reports()

    after = any(control.get("type") == "file" for form in visitor.page.forms for control in form.controls)
    assert (before, after) == (False, False)


def test_a_report_with_photos_is_sent_and_leaving_erases_those_of_a_draft(
    app: Flask, visitor: Visitor
) -> None:
    sends(visitor, (picture(), "a.jpg"), words="they shouted")
    visitor.reports()
    assert (kept(app), kept(app, "report_photo")) == (0, 1)

    second = Visitor.starts(app)
    while not is_story(second):
        second.answers()
    sends(second, (picture(), "a.jpg"))
    assert kept(app) == 1
    second.client.get("/exit")

    assert (kept(app), kept(app, "report_photo")) == (0, 1)


def test_no_photo_is_ever_written_to_a_file(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **_more: object) -> None:
        raise AssertionError

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", never)

    response = sends(visitor, (picture(size=(2000, 2000)) + bytes(900_000), "a.jpg"))

    assert response.status_code == 303


def test_one_photo_is_removed_by_its_buttons_and_the_page_says_which(app: Flask, visitor: Visitor) -> None:
    sends(visitor, (picture(), "a.jpg"), (picture("PNG"), "b.png"))
    sends(visitor, words="change")

    presses(visitor, "photos")
    presses(visitor, "2-")

    assert kept(app) == 1
    assert "Pictures left: 1." in heard(visitor)
    assert visitor.page.said[-1] == "Picture 2"


def presses(visitor: Visitor, value: str) -> None:
    """Press the button whose value begins so."""
    form = visitor.page.options
    assert form is not None
    (button,) = (offered for offered in form.offered if offered[1].startswith(value))
    visitor.client.post("/", data=dict([*form.fields, button]))
    visitor.page = type(visitor.page)(visitor.client.get("/"))
