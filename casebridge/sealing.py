"""Seals a report so that each agency can read exactly its own view, and the reporter the whole.

An envelope is four bytes of magic and version, a clear header, the wrapped data keys and
one body per distinct view. Each body is AES-256-GCM under its own random key, padded to a
bucket, with the header as associated data; each key is wrapped by HPKE (RFC 9180) for the
agencies entitled to that body, and the whole report's key once more under the return code.
Keys may be wrapped anew after a rotation without touching header or bodies.
"""

import os
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import ValidationError

from casebridge.report import Report, Urgency

VERSION = 1
SMALLEST_BUCKET = 1024  # bytes; then four times as much: 4, 16, 64 KiB and on
HEADER_AT_MOST = 4096  # bytes from the start of an envelope that surely hold its header

_MAGIC = b"HIR" + bytes([VERSION])
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LENGTH = struct.Struct(">I")
_NONCE_BYTES = 12
_WHOLE = 0  # the body that holds the whole report


class SealingError(Exception):
    """An envelope that stays closed."""


class NotEntitled(SealingError):
    """The envelope holds nothing for this agency, or the return code is another report's."""

    def __init__(self, reference: str, agency: str) -> None:
        super().__init__(reference, agency)
        self.reference, self.agency = reference, agency


class UnknownKey(SealingError):
    """The envelope is meant for a key that is not among those given."""

    def __init__(self, reference: str, agency: str, key_id: str) -> None:
        super().__init__(reference, agency, key_id)
        self.reference, self.agency, self.key_id = reference, agency, key_id


class Tampered(SealingError):
    """The envelope is not as it was sealed, or never was one. `reference` is "" if unreadable."""

    def __init__(self, reference: str = "") -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A public key of one agency. `id` is `<number>-<fingerprint>`; the highest number is in use."""

    agency: str
    id: str
    public: X25519PublicKey


@dataclass(frozen=True, slots=True)
class Header:
    """What anyone who holds an envelope may read. `bodies`: agency id -> number of its body."""

    reference: str
    urgency: Urgency
    language: str
    day: date
    bodies: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Envelope:
    header: Header
    header_bytes: bytes
    keys: Mapping[str, Any]
    bodies: tuple[bytes, ...]


def seal(
    report: Report, views: Mapping[str, Report], recipients: Mapping[str, RecipientKey], code_key: bytes
) -> bytes:
    """Seal the whole report under the code key (32 bytes) and each view for its agency.

    Raises KeyError if an agency with a view has no key.
    """
    numbers = {_content(report): _WHOLE}
    bodies = {agency: numbers.setdefault(_content(view), len(numbers)) for agency, view in views.items()}
    header = _header_bytes(report, bodies)
    keys = [AESGCM.generate_key(256) for _ in numbers]
    wrapped = {
        agency: [recipients[agency].id, _wrap(keys[number], recipients[agency], report.reference)]
        for agency, number in bodies.items()
    }
    code = _encrypt(code_key, keys[_WHOLE], _code_context(report.reference))
    parts = [
        header,
        orjson.dumps({"agencies": wrapped, "code": b64encode(code).decode()}),
        *(
            _encrypt(keys[number], _padded(content), header + bytes([number]))
            for content, number in numbers.items()
        ),
    ]
    return _MAGIC + b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def open_sealed(envelope: bytes, agency: str, private_keys: Mapping[str, X25519PrivateKey]) -> Report:
    """Return the agency's view. `private_keys`: that agency's, by key id.

    Raises NotEntitled, UnknownKey, Tampered.
    """
    found = _parse(envelope)
    reference = found.header.reference
    if agency not in found.header.bodies:
        raise NotEntitled(reference, agency)
    try:
        key_id, wrapped = found.keys["agencies"][agency]
        wrapped = b64decode(wrapped)
    except (KeyError, TypeError, ValueError):
        raise Tampered(reference) from None
    if key_id not in private_keys:
        raise UnknownKey(reference, agency, str(key_id))
    try:
        key = _HPKE.decrypt(wrapped, private_keys[key_id], info=_wrap_context(reference, agency, key_id))
    except InvalidTag:
        raise Tampered(reference) from None
    return _open_body(found, found.header.bodies[agency], key).model_copy(update={"agency": agency})


def open_with_code(envelope: bytes, code_key: bytes) -> Report:
    """Return the whole report to the person who made it, without the reasons for its band.

    Raises NotEntitled, Tampered.
    """
    found = _parse(envelope)
    reference = found.header.reference
    try:
        key = _decrypt(code_key, b64decode(found.keys["code"]), _code_context(reference))
    except (KeyError, TypeError, ValueError):
        raise Tampered(reference) from None
    except InvalidTag:
        raise NotEntitled(reference, "") from None
    return _open_body(found, _WHOLE, key).model_copy(update={"reasons": ()})


def read_header(envelope: bytes) -> Header:
    """Return the clear header; the first HEADER_AT_MOST bytes are enough. Raises Tampered.

    Without a key nobody can tell whether it is genuine: use it to count and to order only.
    """
    header, _ = _read_header(envelope)
    return header


def _content(report: Report) -> bytes:
    """Return what a body holds. Not whose view it is: equal views then share one body."""
    return report.model_dump_json(exclude={"agency"}).encode()


def _header_bytes(report: Report, bodies: Mapping[str, int]) -> bytes:
    header = {
        "version": VERSION,
        "reference": report.reference,
        "urgency": report.urgency,
        "language": report.language,
        "day": report.submitted_on,
        "bodies": bodies,
    }
    made = orjson.dumps(header, option=orjson.OPT_SORT_KEYS)
    if len(_MAGIC) + _LENGTH.size + len(made) > HEADER_AT_MOST:
        raise ValueError(len(made))
    return made


def _wrap(key: bytes, recipient: RecipientKey, reference: str) -> str:
    context = _wrap_context(reference, recipient.agency, recipient.id)
    return b64encode(_HPKE.encrypt(key, recipient.public, info=context)).decode()


def _wrap_context(reference: str, agency: str, key_id: str) -> bytes:
    return orjson.dumps(["casebridge agency key", VERSION, reference, agency, key_id])


def _code_context(reference: str) -> bytes:
    return orjson.dumps(["casebridge return code", VERSION, reference])


def _padded(content: bytes) -> bytes:
    size = SMALLEST_BUCKET
    while size < _LENGTH.size + len(content):
        size *= 4
    return (_LENGTH.pack(len(content)) + content).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def _encrypt(key: bytes, content: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)


def _open_body(envelope: _Envelope, number: int, key: bytes) -> Report:
    reference = envelope.header.reference
    try:
        padded = _decrypt(key, envelope.bodies[number], envelope.header_bytes + bytes([number]))
        return Report.model_validate_json(_unpadded(padded))
    except (IndexError, InvalidTag, ValueError, ValidationError):
        raise Tampered(reference) from None  # a ValidationError would carry the report's words


def _parse(envelope: bytes) -> _Envelope:
    header, at = _read_header(envelope)
    parts = []
    end = at
    try:
        while end < len(envelope):
            part, end = _part(envelope, end)
            parts.append(part)
        keys = orjson.loads(parts[0])
    except (IndexError, struct.error, ValueError):
        raise Tampered(header.reference) from None
    return _Envelope(header, envelope[len(_MAGIC) + _LENGTH.size : at], keys, tuple(parts[1:]))


def _read_header(envelope: bytes) -> tuple[Header, int]:
    try:
        if envelope[: len(_MAGIC)] != _MAGIC:
            raise Tampered
        part, end = _part(envelope, len(_MAGIC))
        read = orjson.loads(part)
        header = Header(
            reference=read["reference"],
            urgency=Urgency(read["urgency"]),
            language=read["language"],
            day=date.fromisoformat(read["day"]),
            bodies=dict(read["bodies"]),
        )
    except (KeyError, TypeError, ValueError, struct.error):
        raise Tampered from None
    return header, end


def _part(envelope: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _LENGTH.unpack_from(envelope, at)
    start, end = at + _LENGTH.size, at + _LENGTH.size + length
    if end > len(envelope):
        raise ValueError(length)
    return envelope[start:end], end
