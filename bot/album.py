"""The pictures of a conversation: read as they come, kept encrypted as a draft, sealed with the report."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import structlog
from sqlalchemy import Connection, delete, insert, select

from bot.core.conversation import Refusal
from bot.core.effects import Submit
from bot.drafts import DraftCipher
from bot.media import MOST_BYTES, Media, NotFetched, TooLarge
from bot.store import PHOTO
from casebridge.photos import SealedPhoto, seal_photo
from casebridge.sealing import RecipientKey

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a draft: drawn anew as JPEG, and as it was sent."""

    jpeg: bytes
    original: bytes


@dataclass(slots=True)
class Pictures:
    """What came with one message, fetched and read once however often its turn is tried."""

    media: tuple[Media, ...]
    kept: dict[str, Picture] = field(default_factory=dict)
    refused: Refusal | None = None
    _is_read: bool = False

    def read(self, room: int | None) -> None:
        """Read as many as there is room for. None where it is not their time: then nothing is fetched."""
        if self._is_read or not self.media:
            return
        if room is None:
            self.refused = Refusal.NOT_NOW
            return
        self._is_read = True
        self.refused = Refusal.TOO_MANY if len(self.media) > room else None
        for media in self.media[:room]:
            match _read(media):
                case Picture() as picture:
                    self.kept[str(uuid4())] = picture
                case Refusal() as refusal:
                    self.refused = refusal


def _read(media: Media) -> Picture | Refusal:
    from bot.photos import Photo, read_photo  # noqa: PLC0415 - brings Pillow, for whoever sends a picture

    if media.size > MOST_BYTES:
        return Refusal.TOO_BIG
    try:
        original = media.read()
    except TooLarge:
        return Refusal.TOO_BIG
    except NotFetched as error:
        log.warning("picture not fetched", kind=error.kind)
        return Refusal.NOT_FETCHED
    photo = read_photo(original)
    return Picture(photo.jpeg, original) if isinstance(photo, Photo) else photo


def changes(
    cipher: DraftCipher, key: bytes, before: Iterable[str], after: Iterable[str], new: Mapping[str, Picture]
) -> Callable[[Connection], None]:
    """Return what makes the rows follow the conversation: those it names now, and no others.

    The new ones are encrypted here, before the database is taken.
    """
    before, after = tuple(before), tuple(after)
    rows = [_row(cipher, key, name, new[name]) for name in after if name in new]
    gone = [name for name in before if name not in after]

    def write(connection: Connection) -> None:
        if gone:
            connection.execute(delete(PHOTO).where(PHOTO.c.conversation == key, PHOTO.c.id.in_(gone)))
        if rows:
            connection.execute(insert(PHOTO), rows)

    return write


def sealed(
    submit: Submit, drafts: Mapping[str, Picture], recipients: Iterable[RecipientKey], code_key: bytes
) -> tuple[SealedPhoto, ...]:
    """Seal the pictures of a report, in the order they were sent."""
    reference, keys = submit.report.reference, tuple(recipients)
    pictures = (drafts[name] for name in submit.photos if name in drafts)
    return tuple(
        seal_photo(
            picture.jpeg, picture.original if submit.originals else None, reference, number, keys, code_key
        )
        for number, picture in enumerate(pictures, 1)
    )


def drafts(connection: Connection, cipher: DraftCipher, key: bytes) -> dict[str, Picture]:
    """Return the pictures kept with a conversation, by id. Raises NoDraftKey."""
    return dict(_opened(connection, cipher, key))


def _opened(connection: Connection, cipher: DraftCipher, key: bytes) -> Iterator[tuple[str, Picture]]:
    for row in connection.execute(select(PHOTO).where(PHOTO.c.conversation == key)):
        jpeg, original = _places(key, row.id)
        yield row.id, Picture(cipher.decrypt(row.body, jpeg), cipher.decrypt(row.original, original))


def _row(cipher: DraftCipher, key: bytes, name: str, picture: Picture) -> dict[str, object]:
    jpeg, original = _places(key, name)
    return {
        "conversation": key,
        "id": name,
        "body": cipher.encrypt(picture.jpeg, jpeg),
        "original": cipher.encrypt(picture.original, original),
    }


def _places(key: bytes, name: str) -> tuple[bytes, bytes]:
    """Return what the two boxes of a row are bound to, so that neither can stand in another's place."""
    return key + f"photo {name}".encode(), key + f"original {name}".encode()
