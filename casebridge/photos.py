"""Seals the pictures of a report, each apart, so that whoever may have its details can open them.

An envelope is four bytes of magic and version, the wrapped data keys, then the picture and, where
the reporter said yes, the picture as it was sent. Both are AES-256-GCM under a key of this picture
alone, padded to a bucket; the key is wrapped for each agency and once under the return code.
Reference, number and which of the two it is are bound into everything, so that no picture can be
passed off as another's. Wrapped keys may be put in, taken out or changed without touching the rest.
"""

import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, LargeBinary, delete, func, insert, select, update
from sqlmodel import col

from casebridge import wrapping
from casebridge.boxes import LENGTH, decrypt, encrypt, joined, padded_to, part, parts, unpadded
from casebridge.report import ConsentLevel, Report
from casebridge.tables import ReportPhoto
from casebridge.wrapping import Bound, Keys, NotEntitled, RecipientKey, Tampered

VERSION = 1
SMALLEST_BUCKET = 64 * 1024  # bytes; then twice as much each
KEYS_AT_MOST = 16 * 1024  # bytes from the start of an envelope that surely hold its wrapped keys

_MAGIC = b"HIP" + bytes([VERSION])
_DRAWN, _ORIGINAL = 0, 1  # the two bodies


@dataclass(frozen=True, slots=True)
class SealedPhoto:
    """One picture as it is stored. `number` counts from 1."""

    number: int
    envelope: bytes
    has_original: bool


def seal_photo(
    jpeg: bytes,
    original: bytes | None,
    reference: str,
    number: int,
    recipients: Iterable[RecipientKey],
    code_key: bytes,
) -> SealedPhoto:
    """Seal a picture for these keys and under the code key (32 bytes); without `original` it has none."""
    key, bound = AESGCM.generate_key(256), _bound(reference, number)
    keys = wrapping.wrap(((recipient, key) for recipient in recipients), bound)
    contents = (jpeg,) if original is None else (jpeg, original)
    bodies = (
        encrypt(key, padded_to(_bucket(content), content), _body_context(bound, which))
        for which, content in enumerate(contents)
    )
    envelope = _joined(wrapping.with_code(keys, key, code_key, bound), joined(*bodies))
    return SealedPhoto(number, envelope, original is not None)


def open_photo(
    envelope: bytes, agency: str, private_keys: Mapping[str, X25519PrivateKey], reference: str, number: int
) -> bytes:
    """Return the picture as JPEG. `private_keys`: that agency's, by key id.

    Raises NotEntitled, UnknownKey, Tampered.
    """
    return _opened(envelope, agency, private_keys, _bound(reference, number), _DRAWN)


def open_original(
    envelope: bytes, agency: str, private_keys: Mapping[str, X25519PrivateKey], reference: str, number: int
) -> bytes:
    """Return the picture as sent: a stranger's bytes. Raises as open_photo; Tampered if it has none."""
    return _opened(envelope, agency, private_keys, _bound(reference, number), _ORIGINAL)


def open_photo_with_code(envelope: bytes, code_key: bytes, reference: str, number: int) -> bytes:
    """Return the picture to the person who sent it. Raises NotEntitled, Tampered."""
    keys, bodies = _parse(envelope, reference)
    bound = _bound(reference, number)
    return _body(bodies, wrapping.unwrap_with_code(keys, code_key, bound), bound, _DRAWN)


def agencies_in(envelope: bytes) -> frozenset[str]:
    """Return who can open it; the first KEYS_AT_MOST bytes are enough. Raises Tampered."""
    return frozenset(_parse(envelope, "")[0]["agencies"])


def without_agencies(envelope: bytes, agencies: Collection[str]) -> bytes:
    """Return the envelope without these agencies' keys; the picture in it is not touched. Raises Tampered."""
    keys, bodies = _parse(envelope, "")
    return _joined(wrapping.without(keys, agencies), bodies)


def with_details(views: Mapping[str, Report]) -> tuple[str, ...]:
    """Return the agencies that may have the pictures: those whose view of a report has its details."""
    return tuple(agency for agency, view in views.items() if view.level is ConsentLevel.WITH_DETAILS)


def submit(connection: Connection, reference: str, photos: Iterable[SealedPhoto]) -> None:
    """Store the pictures of a report, inside the transaction that stores the report, after it."""
    rows = [
        {"reference": reference, "number": p.number, "envelope": p.envelope, "has_original": p.has_original}
        for p in photos
    ]
    if rows:
        connection.execute(insert(ReportPhoto), rows)


def erase(connection: Connection, reference: str) -> int:
    """Remove every picture of a report; return how many there were."""
    return connection.execute(delete(ReportPhoto).where(col(ReportPhoto.reference) == reference)).rowcount


def withdraw(connection: Connection, reference: str, agencies: Collection[str]) -> None:
    """Take these agencies' keys out of every picture of a report. What is damaged stays as it is."""

    def taken_out(envelope: bytes, _: Bound) -> bytes:
        return without_agencies(envelope, agencies)

    _change(connection, reference, taken_out)


def give(connection: Connection, reference: str, code_key: bytes, recipients: Iterable[RecipientKey]) -> None:
    """Let these agencies open every picture of a report: its return code gives the keys to wrap.

    Only in the transaction of a `returning.renew` that succeeded, which locked the report: else an
    agency taken back meanwhile would be given them again. What the code does not open, or is
    damaged, stays as it is.
    """
    new = tuple(recipients)

    def given(envelope: bytes, bound: Bound) -> bytes:
        keys, bodies = _parse(envelope, reference)
        key = wrapping.unwrap_with_code(keys, code_key, bound)
        return _joined(wrapping.give(keys, ((recipient, key) for recipient in new), bound), bodies)

    _change(connection, reference, given)


def change_code(connection: Connection, reference: str, old_key: bytes, new_key: bytes) -> None:
    """Put every picture of a report under another code key (32 bytes) in place of the old.

    What the old one does not open, or is damaged, stays as it is.
    """

    def changed(envelope: bytes, bound: Bound) -> bytes:
        keys, bodies = _parse(envelope, reference)
        key = wrapping.unwrap_with_code(keys, old_key, bound)
        return _joined(wrapping.with_code(keys, key, new_key, bound), bodies)

    _change(connection, reference, changed)


def listed(connection: Connection, reference: str, agency: str) -> tuple[SealedPhoto, ...]:
    """Return the pictures of a report this agency can open, in order; of each envelope only its start.

    One that is damaged is for nobody.
    """
    start = func.substr(col(ReportPhoto.envelope), 1, KEYS_AT_MOST, type_=LargeBinary)
    rows = connection.execute(
        select(col(ReportPhoto.number), start.label("start"), col(ReportPhoto.has_original))
        .where(col(ReportPhoto.reference) == reference)
        .order_by(col(ReportPhoto.number))
    )
    photos = (SealedPhoto(row.number, row.start, row.has_original) for row in rows)
    return tuple(photo for photo in photos if agency in _readers(photo.envelope))


def stored(connection: Connection, reference: str, number: int) -> SealedPhoto | None:
    """Return one picture; None if there is none of that number."""
    row = connection.execute(
        select(col(ReportPhoto.envelope), col(ReportPhoto.has_original)).where(
            col(ReportPhoto.reference) == reference, col(ReportPhoto.number) == number
        )
    ).one_or_none()
    return SealedPhoto(number, row.envelope, row.has_original) if row else None


def _change(connection: Connection, reference: str, changed: Callable[[bytes, Bound], bytes]) -> None:
    """Replace the envelope of every picture of a report, locked until the transaction ends."""
    of_report = col(ReportPhoto.reference) == reference
    rows = connection.execute(
        select(col(ReportPhoto.number), col(ReportPhoto.envelope))
        .where(of_report)
        .order_by(col(ReportPhoto.number))
        .with_for_update()
    ).all()
    for row in rows:
        try:
            envelope = changed(row.envelope, _bound(reference, row.number))
        except (NotEntitled, Tampered):
            continue  # one that is damaged keeps nobody from the others
        connection.execute(
            update(ReportPhoto)
            .where(of_report, col(ReportPhoto.number) == row.number)
            .values(envelope=envelope)
        )


def _readers(envelope: bytes) -> frozenset[str]:
    try:
        return agencies_in(envelope)
    except Tampered:
        return frozenset()


def _opened(
    envelope: bytes, agency: str, private_keys: Mapping[str, X25519PrivateKey], bound: Bound, which: int
) -> bytes:
    keys, bodies = _parse(envelope, str(bound[0]))
    return _body(bodies, wrapping.unwrap(keys, agency, private_keys, bound), bound, which)


def _body(bodies: bytes, key: bytes, bound: Bound, which: int) -> bytes:
    try:
        return unpadded(decrypt(key, parts(bodies)[which], _body_context(bound, which)))
    except (IndexError, InvalidTag, ValueError, struct.error):
        raise Tampered(str(bound[0])) from None


def _bound(reference: str, number: int) -> Bound:
    """Return what every wrapped key is bound to: as long as no report's and no addition's."""
    return (reference, "photo", number)


def _body_context(bound: Bound, which: int) -> bytes:
    return orjson.dumps(["casebridge photo body", VERSION, *bound, which])


def _bucket(content: bytes) -> int:
    return max(SMALLEST_BUCKET, 1 << (LENGTH.size + len(content) - 1).bit_length())


def _joined(keys: Keys, bodies: bytes) -> bytes:
    return _MAGIC + joined(wrapping.written(keys, KEYS_AT_MOST - len(_MAGIC) - LENGTH.size)) + bodies


def _parse(envelope: bytes, reference: str) -> tuple[Keys, bytes]:
    """Return the wrapped keys, and the bodies joined."""
    if envelope[: len(_MAGIC)] != _MAGIC:
        raise Tampered(reference)
    try:
        content, end = part(envelope, len(_MAGIC))
    except (ValueError, struct.error):
        raise Tampered(reference) from None
    return wrapping.read(content, reference), envelope[end:]
