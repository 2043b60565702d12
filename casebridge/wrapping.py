"""The wrapped keys of an envelope: who can open it, and with what. Pure.

They are `{"agencies": {agency: [key id, HPKE box]}, "code": box under the return code}`, boxes in
base64. Each is bound to what its envelope is about (reference first), and with an agency's key to
agency and key id. They may be put in, taken out or changed without touching what they open.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from casebridge.boxes import HPKE, decrypt, encrypt

VERSION = 1

Bound = tuple[str | int, ...]
Keys = Mapping[str, Any]


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


def wrap(recipients: Iterable[tuple[RecipientKey, bytes]], bound: Bound) -> Keys:
    """Wrap for each recipient the key (32 bytes) beside it."""
    agencies = {recipient.agency: _wrapped(key, recipient, bound) for recipient, key in recipients}
    return {"agencies": agencies}


def give(keys: Keys, recipients: Iterable[tuple[RecipientKey, bytes]], bound: Bound) -> Keys:
    """Return the keys, and those of these recipients."""
    return {**keys, "agencies": {**keys["agencies"], **wrap(recipients, bound)["agencies"]}}


def with_code(keys: Keys, key: bytes, code_key: bytes, bound: Bound) -> Keys:
    """Return the keys with this one (32 bytes) under the code key, in place of any there was."""
    return {**keys, "code": b64encode(encrypt(code_key, key, _code_context(bound))).decode()}


def without(keys: Keys, agencies: Collection[str]) -> Keys:
    """Return the keys without those of these agencies."""
    kept = {agency: key for agency, key in keys["agencies"].items() if agency not in agencies}
    return {**keys, "agencies": kept}


def unwrap(keys: Keys, agency: str, private_keys: Mapping[str, X25519PrivateKey], bound: Bound) -> bytes:
    """Return the key wrapped for an agency. Raises NotEntitled, UnknownKey, Tampered."""
    reference = str(bound[0])
    if agency not in keys["agencies"]:
        raise NotEntitled(reference, agency)
    try:
        key_id, box = keys["agencies"][agency]
        box, private_key = b64decode(box), private_keys.get(key_id)
    except (TypeError, ValueError):
        raise Tampered(reference) from None
    if private_key is None:
        raise UnknownKey(reference, agency, str(key_id))
    try:
        return HPKE.decrypt(box, private_key, info=_agency_context(bound, agency, key_id))
    except InvalidTag:
        raise Tampered(reference) from None


def unwrap_with_code(keys: Keys, code_key: bytes, bound: Bound) -> bytes:
    """Return the key wrapped under the return code. Raises NotEntitled, Tampered."""
    reference = str(bound[0])
    if "code" not in keys:
        raise NotEntitled(reference, "")
    try:
        return decrypt(code_key, b64decode(keys["code"]), _code_context(bound))
    except (TypeError, ValueError):
        raise Tampered(reference) from None
    except InvalidTag:
        raise NotEntitled(reference, "") from None


def written(keys: Keys, at_most: int) -> bytes:
    """Return the keys as they stand in an envelope. Raises ValueError where that is too long."""
    made = orjson.dumps(keys)
    if len(made) > at_most:
        raise ValueError(len(made))
    return made


def read(content: bytes, reference: str) -> Keys:
    """Return the keys that stand in an envelope. Raises Tampered."""
    try:
        keys: Keys = orjson.loads(content)
        keys["agencies"].keys()
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Tampered(reference) from None
    return keys


def _wrapped(key: bytes, recipient: RecipientKey, bound: Bound) -> list[str]:
    info = _agency_context(bound, recipient.agency, recipient.id)
    return [recipient.id, b64encode(HPKE.encrypt(key, recipient.public, info=info)).decode()]


def _agency_context(bound: Bound, agency: str, key_id: str) -> bytes:
    return orjson.dumps(["casebridge agency key", VERSION, *bound, agency, key_id])


def _code_context(bound: Bound) -> bytes:
    return orjson.dumps(["casebridge return code", VERSION, *bound])
