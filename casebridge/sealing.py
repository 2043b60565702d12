"""Seals a report so that each agency can read exactly its own view, and the reporter the whole.

An envelope is four bytes of magic and version, a clear header, the wrapped data keys and
one body per distinct view. Each body is AES-256-GCM under its own random key, padded to a
bucket, with the header as associated data; each key is wrapped by HPKE (RFC 9180) for the
agencies entitled to that body, and the whole report's key once more under the return code.
Keys may be wrapped anew or taken out without touching header or bodies.
"""

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from casebridge import wrapping
from casebridge.boxes import LENGTH, decrypt, encrypt, joined, padded, part, parts, unpadded
from casebridge.report import Report, Urgency
from casebridge.wrapping import VERSION, Keys, NotEntitled, RecipientKey, SealingError, Tampered, UnknownKey

__all__ = [  # what it raises and what it takes are part of it
    "HEADER_AT_MOST",
    "START_AT_MOST",
    "Header",
    "NotEntitled",
    "RecipientKey",
    "SealingError",
    "Tampered",
    "UnknownKey",
    "entitled",
    "open_sealed",
    "open_whole",
    "open_with_code",
    "read_header",
    "readers",
    "seal",
    "with_code",
    "without_agencies",
]

HEADER_AT_MOST = 4096  # bytes from the start of an envelope that surely hold its header
START_AT_MOST = 16384  # and that surely hold header and wrapped keys: some eighty agencies

_MAGIC = b"HIR" + bytes([VERSION])
_WHOLE = 0  # the body that holds the whole report, where there is a return code


@dataclass(frozen=True, slots=True)
class Header:
    """What anyone who holds an envelope may read.

    `bodies`: agency id -> number of its body, those that were taken out since among them.
    """

    reference: str
    urgency: Urgency
    language: str
    day: date
    bodies: Mapping[str, int]
    addition: str = ""

    @property
    def bound(self) -> tuple[str, ...]:
        """What every wrapped key is bound to."""
        return (self.reference, self.addition) if self.addition else (self.reference,)


@dataclass(frozen=True, slots=True)
class _Envelope:
    header: Header
    header_bytes: bytes
    keys: Keys
    bodies: bytes  # joined


def seal(
    report: Report,
    views: Mapping[str, Report],
    recipients: Mapping[str, RecipientKey],
    code_key: bytes | None,
) -> bytes:
    """Seal each view for its agency, and the whole report under the code key (32 bytes).

    Without a code key, for an addition made where the code is not at hand, the whole is not
    kept. Raises KeyError if an agency with a view has no key.
    """
    numbers = {} if code_key is None else {_content(report): _WHOLE}
    bodies = {agency: numbers.setdefault(_content(view), len(numbers)) for agency, view in views.items()}
    header = Header(
        report.reference, report.urgency, report.language, report.submitted_on, bodies, report.addition
    )
    header_bytes = _header_bytes(header)
    keys = [AESGCM.generate_key(256) for _ in numbers]
    wrapped = wrapping.wrap(
        ((recipients[agency], keys[number]) for agency, number in bodies.items()), header.bound
    )
    if code_key is not None:
        wrapped = wrapping.with_code(wrapped, keys[_WHOLE], code_key, header.bound)
    sealed = (
        encrypt(keys[number], padded(content), header_bytes + bytes([number]))
        for content, number in numbers.items()
    )
    return _joined(header_bytes, wrapped, joined(*sealed))


def open_sealed(envelope: bytes, agency: str, private_keys: Mapping[str, X25519PrivateKey]) -> Report:
    """Return the agency's view, of a report or an addition. `private_keys`: that agency's, by key id.

    Raises NotEntitled, UnknownKey, Tampered.
    """
    found = _parse(envelope)
    if agency not in found.header.bodies:
        raise NotEntitled(found.header.reference, agency)
    key = wrapping.unwrap(found.keys, agency, private_keys, found.header.bound)
    return _open_body(found, found.header.bodies[agency], key).model_copy(update={"agency": agency})


def open_with_code(envelope: bytes, code_key: bytes) -> Report:
    """Return the whole report to the person who made it, without what only the desk is to know.

    Raises NotEntitled, Tampered.
    """
    return open_whole(envelope, code_key).model_copy(update={"reasons": (), "pace": ()})


def open_whole(envelope: bytes, code_key: bytes) -> Report:
    """Return all that was sealed, to be sealed again: its reasons are not for the reporter's eyes.

    Raises NotEntitled, Tampered.
    """
    found = _parse(envelope)
    return _open_body(found, _WHOLE, wrapping.unwrap_with_code(found.keys, code_key, found.header.bound))


def with_code(envelope: bytes, old_key: bytes, new_key: bytes) -> bytes:
    """Return the envelope with another code key (32 bytes) in place of the old, header and bodies untouched.

    Raises NotEntitled, Tampered.
    """
    found = _parse(envelope)
    bound = found.header.bound
    key = wrapping.unwrap_with_code(found.keys, old_key, bound)
    return _joined(found.header_bytes, wrapping.with_code(found.keys, key, new_key, bound), found.bodies)


def without_agencies(envelope: bytes, agencies: Collection[str]) -> bytes:
    """Return the envelope without these agencies' wrapped keys, header and bodies untouched.

    Nothing opens it for them any more. Raises Tampered.
    """
    found = _parse(envelope)
    return _joined(found.header_bytes, wrapping.without(found.keys, agencies), found.bodies)


def entitled(start: bytes) -> tuple[str, ...]:
    """Return the agencies that can open an envelope; its first START_AT_MOST bytes are enough.

    None can open what was erased: b"". Raises Tampered.
    """
    if not start:
        return ()
    found = _parse(start)
    return tuple(agency for agency in found.keys["agencies"] if agency in found.header.bodies)


def readers(start: bytes) -> tuple[str, ...]:
    """As `entitled`; and none can open an envelope that is damaged."""
    try:
        return entitled(start)
    except Tampered:
        return ()


def read_header(envelope: bytes) -> Header:
    """Return the clear header; the first HEADER_AT_MOST bytes are enough. Raises Tampered.

    Without a key nobody can tell whether it is genuine: use it to count and to order only.
    """
    header, _ = _read_header(envelope)
    return header


def _content(report: Report) -> bytes:
    """Return what a body holds. Not whose view it is: equal views then share one body."""
    return report.model_dump_json(exclude={"agency"}).encode()


def _header_bytes(header: Header) -> bytes:
    clear = {
        "version": VERSION,
        "reference": header.reference,
        "urgency": header.urgency,
        "language": header.language,
        "day": header.day,
        "bodies": header.bodies,
    }
    if header.addition:
        clear["addition"] = header.addition
    made = orjson.dumps(clear, option=orjson.OPT_SORT_KEYS)
    if len(_MAGIC) + LENGTH.size + len(made) > HEADER_AT_MOST:
        raise ValueError(len(made))
    return made


def _joined(header: bytes, keys: Keys, bodies: bytes) -> bytes:
    room = START_AT_MOST - len(_MAGIC) - 2 * LENGTH.size - len(header)
    return _MAGIC + joined(header, wrapping.written(keys, room)) + bodies


def _open_body(envelope: _Envelope, number: int, key: bytes) -> Report:
    reference = envelope.header.reference
    try:
        content = decrypt(key, parts(envelope.bodies)[number], envelope.header_bytes + bytes([number]))
        return Report.model_validate_json(unpadded(content))
    except (IndexError, InvalidTag, ValueError, ValidationError, struct.error):
        raise Tampered(reference) from None  # a ValidationError would carry the report's words


def _parse(envelope: bytes) -> _Envelope:
    header, at = _read_header(envelope)
    try:
        keys, end = part(envelope, at)
    except (ValueError, struct.error):
        raise Tampered(header.reference) from None
    header_bytes = envelope[len(_MAGIC) + LENGTH.size : at]
    return _Envelope(header, header_bytes, wrapping.read(keys, header.reference), envelope[end:])


def _read_header(envelope: bytes) -> tuple[Header, int]:
    try:
        if envelope[: len(_MAGIC)] != _MAGIC:
            raise Tampered
        found, end = part(envelope, len(_MAGIC))
        read = orjson.loads(found)
        header = Header(
            reference=read["reference"],
            urgency=Urgency(read["urgency"]),
            language=read["language"],
            day=date.fromisoformat(read["day"]),
            bodies=dict(read["bodies"]),
            addition=read.get("addition", ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError, struct.error):
        raise Tampered from None
    return header, end
