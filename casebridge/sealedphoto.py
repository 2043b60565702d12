"""Seals the pictures of a report, each apart, so that whoever may have its details can open them.

An envelope is four bytes of magic and version, the wrapped data keys, then the picture and, where
the reporter said yes, the picture as it was sent. Both are AES-256-GCM under a key of this picture
alone, padded to a bucket; the key is wrapped for each agency and once under the return code.
Reference, number and which of the two it is are bound into everything, so that no picture can be
passed off as another's. Wrapped keys may be put in, taken out or changed without touching the rest.

So an envelope may also be made before its picture is here: it holds the keys alone until it is filled.
Whoever makes it keeps the data key for so long; with the envelope, that key opens the picture.
"""

import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casebridge import wrapping
from casebridge.boxes import LENGTH, decrypt, encrypt, joined, padded_to, part, parts, unpadded
from casebridge.report import ConsentLevel, Report
from casebridge.wrapping import Bound, Keys, RecipientKey, Tampered

VERSION = 1
SMALLEST_BUCKET = 64 * 1024  # bytes; then twice as much each
KEYS_AT_MOST = 16 * 1024  # bytes from the start of an envelope that surely hold its wrapped keys

_MAGIC = b"HIP" + bytes([VERSION])
_DRAWN, _ORIGINAL = 0, 1  # the two bodies


class PhotoState(StrEnum):
    """Whether a picture has been fetched from where it was sent."""

    HERE = "here"
    AWAITED = "awaited"
    LOST = "lost"  # it could not be fetched, and is tried no more


@dataclass(frozen=True, slots=True)
class SealedPhoto:
    """One picture as it is stored. `number` counts from 1."""

    number: int
    envelope: bytes
    has_original: bool
    state: PhotoState = PhotoState.HERE


def seal_photo(
    jpeg: bytes,
    original: bytes | None,
    reference: str,
    number: int,
    recipients: Iterable[RecipientKey],
    code_key: bytes,
) -> SealedPhoto:
    """Seal a picture for these keys and under the code key (32 bytes); without `original` it has none."""
    key, keys = _new_keys(reference, number, recipients, code_key)
    bodies = _bodies(key, jpeg, original, _bound(reference, number))
    return SealedPhoto(number, _joined(keys, bodies), original is not None)


def seal_without_photo(
    reference: str,
    number: int,
    recipients: Iterable[RecipientKey],
    code_key: bytes,
    *,
    with_original: bool,
) -> tuple[SealedPhoto, bytes]:
    """Make the envelope of a picture that is still to come, and the data key (32 bytes) to `fill` it with."""
    key, keys = _new_keys(reference, number, recipients, code_key)
    return SealedPhoto(number, _joined(keys, b""), with_original, PhotoState.AWAITED), key


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


def filled(photo: SealedPhoto, reference: str, key: bytes, jpeg: bytes, original: bytes) -> bytes:
    """Return the envelope with the picture in it, and as it was sent where that was agreed to.

    Raises Tampered.
    """
    keys, _ = _parse(photo.envelope, reference)
    bound = _bound(reference, photo.number)
    return _joined(keys, _bodies(key, jpeg, original if photo.has_original else None, bound))


def given(
    envelope: bytes, code_key: bytes, recipients: Iterable[RecipientKey], reference: str, number: int
) -> bytes:
    """Return the envelope for these as well, by its code key. Raises NotEntitled, Tampered."""
    (keys, bodies), bound = _parse(envelope, reference), _bound(reference, number)
    key = wrapping.unwrap_with_code(keys, code_key, bound)
    return _joined(wrapping.give(keys, ((recipient, key) for recipient in recipients), bound), bodies)


def recoded(envelope: bytes, old_key: bytes, new_key: bytes, reference: str, number: int) -> bytes:
    """Return the envelope under another code key (32 bytes). Raises NotEntitled, Tampered."""
    (keys, bodies), bound = _parse(envelope, reference), _bound(reference, number)
    key = wrapping.unwrap_with_code(keys, old_key, bound)
    return _joined(wrapping.with_code(keys, key, new_key, bound), bodies)


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


def _new_keys(
    reference: str, number: int, recipients: Iterable[RecipientKey], code_key: bytes
) -> tuple[bytes, Keys]:
    """Return a data key of this picture alone, and that key wrapped for each who may open it."""
    key, bound = AESGCM.generate_key(256), _bound(reference, number)
    keys = wrapping.wrap(((recipient, key) for recipient in recipients), bound)
    return key, wrapping.with_code(keys, key, code_key, bound)


def _bodies(key: bytes, jpeg: bytes, original: bytes | None, bound: Bound) -> bytes:
    contents = (jpeg,) if original is None else (jpeg, original)
    return joined(
        *(
            encrypt(key, padded_to(_bucket(content), content), _body_context(bound, which))
            for which, content in enumerate(contents)
        )
    )


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
