"""The pictures of a case: which there are, and one of them for the time of an answer."""

from dataclasses import dataclass
from datetime import datetime

from casebridge import photos
from casebridge.database import Database
from casebridge.desk import audit
from casebridge.desk.audit import Action
from casebridge.desk.cases import NoSuchCase, lies_here
from casebridge.desk.sessions import CaseWorker
from casebridge.sealedphoto import PhotoState, agencies_in

MISSING = {
    PhotoState.HERE: "",
    PhotoState.AWAITED: "This picture is still on its way. Look again in a few minutes.",
    PhotoState.LOST: "This picture could not be fetched.",
}
FORMS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}


@dataclass(frozen=True, slots=True)
class PhotoLink:
    """One picture as the page of a case names it."""

    number: int
    has_original: bool
    missing: str  # why there is nothing to see, in words; "" where there is


def links(database: Database, reader: CaseWorker, reference: str) -> tuple[PhotoLink, ...]:
    """Return the pictures of a report that this agency can open."""
    with database.read() as connection:
        found = photos.listed(connection, reference, reader.agency)
    return tuple(PhotoLink(photo.number, photo.has_original, MISSING[photo.state]) for photo in found)


def take_out(
    database: Database, reader: CaseWorker, which: tuple[str, int], now: datetime, *, original: bool = False
) -> bytes:
    """Return one picture's envelope, and record who is about to see it.

    Raise NoSuchCase where it does not lie on this agency's desk, or is not for it.
    """
    reference, number = which
    with database.begin() as connection:
        photo = photos.stored(connection, reference, number)
        if photo is None or photo.state is not PhotoState.HERE or original > photo.has_original:
            raise NoSuchCase
        if not lies_here(connection, reader.agency, reference):
            raise NoSuchCase
        if reader.agency not in agencies_in(photo.envelope):
            raise NoSuchCase
        action = Action.ORIGINAL_TAKEN if original else Action.PHOTO_SEEN
        audit.record(connection, reader.id, action, now, reference)
    return photo.envelope


def file_name(which: tuple[str, int], content: bytes) -> str:
    """Return what a picture is called when it is kept: by its report, never by what its sender called it."""
    reference, number = which
    form = next((form for start, form in FORMS.items() if content.startswith(start)), "bin")
    return f"{reference}-{number}.{form}"
