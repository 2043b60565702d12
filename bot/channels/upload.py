"""Pictures sent with the form of the web chat: how large it may then be, and where it is read into."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO

from flask import Request, current_app, request, session
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from bot.core.pictures import MOST_PHOTOS
from bot.media import MOST_BYTES

FIELD = "photo"
MULTIPART = "multipart/form-data"


class ChatRequest(Request):
    """A request of which nothing is ever written to a file: no picture lies in a temporary folder."""

    def _get_file_stream(self, *_: object, **_more: object) -> IO[bytes]:
        return BytesIO()

    def _load_form_data(self) -> None:
        """Leave out a part of a form that has no name: Flask-WTF takes a name for granted (500)."""
        super()._load_form_data()
        if None in self.form:
            named = ((name, value) for name, value in self.form.items(multi=True) if name is not None)
            self.__dict__["form"] = ImmutableMultiDict(named)


def allow_photos() -> None:
    """Let the chat's own form bring as many pictures as a report takes; all else stays small.

    To be asked before anything reads the form, which the check of its token does.
    """
    if request.endpoint == "web.say" and request.mimetype == MULTIPART and session.get("id"):
        request.max_content_length = current_app.config["MAX_CONTENT_LENGTH"] + MOST_PHOTOS * MOST_BYTES


def pictures(files: Iterable[FileStorage]) -> tuple[bytes, ...]:
    """Return the pictures of a form; a field left empty is sent as a file without name or content."""
    read = [(file.filename, file.stream.read()) for file in files]
    return tuple(content for name, content in read if name or content)
