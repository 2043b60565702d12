"""The pictures of a conversation: kept encrypted as a draft, or awaited; sealed with the report."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from bot import awaited
from bot.awaited import AWAITED, Handed, State
from bot.core.conversation import Refusal
from bot.core.effects import Submit
from bot.drafts import DraftCipher
from bot.media import MOST_BYTES, Media, Place
from bot.store import PHOTO, Raced
from casebridge.sealedphoto import SealedPhoto, seal_photo, seal_without_photo
from casebridge.sealing import RecipientKey

Write = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a draft: drawn anew as JPEG, and as it was sent."""

    jpeg: bytes
    original: bytes


@dataclass(slots=True)
class Pictures:
    """What came with one message, read once however often its turn is tried.

    What lies at a provider is not fetched here: nobody waits for that.
    """

    media: tuple[Media, ...]
    kept: dict[str, Picture | Place] = field(default_factory=dict)
    left: list[Place] = field(default_factory=list)  # at its provider, and not wanted
    refused: Refusal | None = None
    _is_read: bool = False

    def read(self, room: int | None) -> None:
        """Read as many as there is room for; None where it is not their time."""
        if self._is_read or not self.media:
            return
        if room is None:
            self.refused, room = Refusal.NOT_NOW, 0
        else:
            self._is_read = True
            self.refused = Refusal.TOO_MANY if len(self.media) > room else None
        self.left = [media for media in self.media[room:] if isinstance(media, Place)]
        for media in self.media[:room]:
            match _read(media):
                case Refusal() as refusal:
                    self.refused = refusal
                    self.left += [media] if isinstance(media, Place) else []
                case found:
                    self.kept[str(uuid4())] = found

    def unnamed(self, kept: Collection[str]) -> list[Place]:
        """Return all that is only to be deleted at its provider: what was left, and what no report names."""
        dropped = (each for name, each in self.kept.items() if name not in kept)
        return [*self.left, *(each for each in dropped if isinstance(each, Place))]


def _read(media: Media) -> Picture | Place | Refusal:
    if isinstance(media, Place):
        return Refusal.TOO_BIG if media.size > MOST_BYTES else media
    return drawn(media)


def drawn(original: bytes) -> Picture | Refusal:
    """Draw a picture anew."""
    from bot.photos import Photo, read_photo  # noqa: PLC0415 - brings Pillow, for whoever sends a picture

    photo = read_photo(original)
    return Picture(photo.jpeg, original) if isinstance(photo, Photo) else photo


def changes(  # noqa: PLR0913, PLR0917 - whose, from what to what, and when
    cipher: DraftCipher,
    key: bytes,
    before: Iterable[str],
    after: Iterable[str],
    new: Mapping[str, Picture | Place],
    left: Iterable[Place],
    now: datetime,
) -> Write:
    """Return what makes the rows follow the conversation: those it names now, and no others.

    The new ones are encrypted here, before the database is taken. `left` is only to be deleted
    where it lies.
    """
    before, after = tuple(before), tuple(after)
    found = {name: new[name] for name in after if name in new}
    rows = [_row(cipher, key, name, each) for name, each in found.items() if isinstance(each, Picture)]
    places = [
        awaited.row(cipher, key, name, each, now) for name, each in found.items() if isinstance(each, Place)
    ]
    places += [awaited.row(cipher, key, str(uuid4()), each, now, State.DELETE) for each in left]
    gone = [name for name in before if name not in after]

    def write(connection: Connection) -> None:
        if gone:
            awaited.let_go(connection, and_(AWAITED.c.conversation == key, AWAITED.c.id.in_(gone)))
            connection.execute(delete(PHOTO).where(PHOTO.c.conversation == key, PHOTO.c.id.in_(gone)))
        if rows:
            connection.execute(insert(PHOTO), rows)
        awaited.add(connection, places)

    return write


def move(connection: Connection, cipher: DraftCipher, before: bytes, after: bytes) -> None:
    """Let the pictures of one conversation be another's, each encrypted anew for its new place.

    Inside the transaction and one at a time: they are few, none that comes meanwhile may be left
    behind, and hardly anybody ever does this.
    """
    names = connection.execute(select(PHOTO.c.id).where(PHOTO.c.conversation == before)).scalars().all()
    for name in names:
        of = PHOTO.c.conversation == before, PHOTO.c.id == name
        (row,) = connection.execute(select(PHOTO).where(*of))
        moved = _row(cipher, after, name, _picture(cipher, before, row))
        connection.execute(update(PHOTO).where(*of).values(moved))


def keep(connection: Connection, cipher: DraftCipher, key: bytes, name: str, picture: Picture) -> None:
    """Store a picture that was fetched."""
    connection.execute(insert(PHOTO), [_row(cipher, key, name, picture)])


# --- sending ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drafted:
    """The pictures of a draft: those that are here; those to come, with their place if they are new."""

    cipher: DraftCipher
    key: bytes  # of the conversation
    here: Mapping[str, Picture]
    to_come: Mapping[str, Place | None]
    given_up: Collection[str]


def draft(
    connection: Connection, cipher: DraftCipher, key: bytes, new: Mapping[str, Picture | Place]
) -> Drafted:
    """Return the pictures kept so far and those that came with this message. Raises NoDraftKey.

    What is awaited is looked at first: what is fetched in between is then here as well.
    """
    states = awaited.states(connection, key)
    here = dict(_opened(connection, cipher, key))
    here |= {name: each for name, each in new.items() if isinstance(each, Picture)}
    to_come: dict[str, Place | None] = {
        name: None for name, state in states.items() if state is State.FETCH and name not in here
    }
    to_come |= {name: each for name, each in new.items() if isinstance(each, Place)}
    given_up = [name for name, state in states.items() if state is State.TELL]
    return Drafted(cipher, key, here, to_come, given_up)


def sealed(
    submit: Submit, drafts: Drafted, recipients: Iterable[RecipientKey], code_key: bytes, now: datetime
) -> tuple[tuple[SealedPhoto, ...], Write]:
    """Seal the pictures of a report in the order they were sent; return them, and what writes the rest.

    For what is still to come the keys are made now: the recipients are known, the picture follows.
    Raises Raced where one was given up since the turn began: its sender is to be told first.
    """
    if {*submit.photos} & {*drafts.given_up}:
        raise Raced
    reference, keys = submit.report.reference, tuple(recipients)
    photos, handed = [], []
    names = [name for name in submit.photos if name in drafts.here or name in drafts.to_come]
    for number, name in enumerate(names, 1):
        if (picture := drafts.here.get(name)) is not None:
            original = picture.original if submit.originals else None
            photos.append(seal_photo(picture.jpeg, original, reference, number, keys, code_key))
            continue
        photo, key = seal_without_photo(reference, number, keys, code_key, with_original=submit.originals)
        photos.append(photo)
        handed.append(Handed(name, number, key, drafts.to_come[name]))
    handing = awaited.hand_over(drafts.cipher, drafts.key, reference, handed, now)

    def hand_over(connection: Connection) -> None:
        if not handing.write(connection):
            raise Raced

    return tuple(photos), hand_over


def _opened(connection: Connection, cipher: DraftCipher, key: bytes) -> Iterator[tuple[str, Picture]]:
    for row in connection.execute(select(PHOTO).where(PHOTO.c.conversation == key)):
        yield row.id, _picture(cipher, key, row)


def _picture(cipher: DraftCipher, key: bytes, row: Row[*tuple[Any, ...]]) -> Picture:
    jpeg, original = _places(key, row.id)
    return Picture(cipher.decrypt(row.body, jpeg), cipher.decrypt(row.original, original))


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
