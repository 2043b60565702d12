"""What sealing is made of: a box under a key, padding, and HPKE (RFC 9180) for a public key. Pure."""

import os
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SMALLEST_BUCKET = 1024  # bytes; then four times as much: 4, 16, 64 KiB and on
LENGTH = struct.Struct(">I")
HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

_NONCE_BYTES = 12


def encrypt(key: bytes, content: bytes, context: bytes) -> bytes:
    """Return nonce and AES-256-GCM box; only with the same context does it open again."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what is in the box. Raises cryptography's InvalidTag, ValueError."""
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)


def joined(*parts: bytes) -> bytes:
    """Return parts one after the other, each behind its length."""
    return b"".join(LENGTH.pack(len(part)) + part for part in parts)


def part(content: bytes, at: int) -> tuple[bytes, int]:
    """Return the part that begins there, and where it ends. Raises struct.error, ValueError."""
    (length,) = LENGTH.unpack_from(content, at)
    start, end = at + LENGTH.size, at + LENGTH.size + length
    if end > len(content):
        raise ValueError(length)
    return content[start:end], end


def parts(content: bytes) -> tuple[bytes, ...]:
    """Return what was joined. Raises struct.error, ValueError."""
    found, end = [], 0
    while end < len(content):
        each, end = part(content, end)
        found.append(each)
    return tuple(found)


def padded(content: bytes) -> bytes:
    """Return the content as long as the bucket it fits into."""
    size = SMALLEST_BUCKET
    while size < LENGTH.size + len(content):
        size *= 4
    return padded_to(size, content)


def padded_to(size: int, content: bytes) -> bytes:
    """Return the content as long as `size` says. Raises ValueError if it is longer."""
    if LENGTH.size + len(content) > size:
        raise ValueError(len(content))
    return (LENGTH.pack(len(content)) + content).ljust(size, b"\0")


def unpadded(content: bytes) -> bytes:
    """Return what was padded. Raises struct.error if it never was."""
    (length,) = LENGTH.unpack_from(content)
    return content[LENGTH.size : LENGTH.size + length]
