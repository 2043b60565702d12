"""Seals a question for the reporter alone: whoever holds the return code can open it, we cannot.

The return code gives a key pair; its public half is kept with the report. An agency keeps a
copy of what it asked, sealed for itself. Every sealed question is as long as any other.
"""

import struct

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casebridge.boxes import HPKE, padded_to, unpadded
from casebridge.sealing import Tampered

LONGEST_QUESTION = 300  # characters: four bytes each at most

_BYTES = 1280


def reporter_key(code_key: bytes) -> bytes:
    """Return the public key (32 bytes) questions to this report's reporter are sealed for."""
    return _private(code_key).public_key().public_bytes_raw()


def seal_question(text: str, public_key: bytes, reference: str, question_id: str) -> bytes:
    """Seal a question for whoever holds the private half of this X25519 key (32 bytes).

    Raises ValueError if the text is longer than LONGEST_QUESTION.
    """
    if len(text) > LONGEST_QUESTION:
        raise ValueError(len(text))
    recipient = X25519PublicKey.from_public_bytes(public_key)
    return HPKE.encrypt(padded_to(_BYTES, text.encode()), recipient, info=_context(reference, question_id))


def open_question(sealed: bytes, code_key: bytes, reference: str, question_id: str) -> str:
    """Return what the reporter is asked. Raises Tampered."""
    return open_copy(sealed, _private(code_key), reference, question_id)


def open_copy(sealed: bytes, private_key: X25519PrivateKey, reference: str, question_id: str) -> str:
    """Return what an agency asked, from the copy sealed for itself. Raises Tampered."""
    try:
        return unpadded(HPKE.decrypt(sealed, private_key, info=_context(reference, question_id))).decode()
    except (InvalidTag, ValueError, struct.error):
        raise Tampered(reference) from None


def _private(code_key: bytes) -> X25519PrivateKey:
    made = HKDF(SHA256(), 32, salt=None, info=b"casebridge reporter key").derive(code_key)
    return X25519PrivateKey.from_private_bytes(made)


def _context(reference: str, question_id: str) -> bytes:
    return orjson.dumps(["casebridge question", reference, question_id])
