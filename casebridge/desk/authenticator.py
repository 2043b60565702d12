"""The authenticator app: its secret, kept encrypted, and the codes it shows."""

import hmac
import io
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ISSUER = "Report desk"  # what a colleague sees over a shoulder: no word of what is reported
STEP_SECONDS = 30
STEPS_OFF = 1  # a phone's clock may be half a minute out
NONCE_BYTES = 12


def new_secret() -> str:
    return pyotp.random_base32()


def seal_secret(key: bytes, user_id: str, secret: str) -> bytes:
    """Encrypt a secret so that it opens with this key and for this person only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), _bound_to(user_id))


def open_secret(key: bytes, user_id: str, sealed: bytes) -> str:
    """Decrypt a secret. Raise InvalidTag where it is another person's or another key's."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, box, _bound_to(user_id)).decode()


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Return the time step whose code this is, or None. The caller sees that a step is used once."""
    code = _digits(typed)
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = totp.timecode(now)
    matching = [
        step
        for step in range(current - STEPS_OFF, current + STEPS_OFF + 1)
        if hmac.compare_digest(totp.generate_otp(step), code)
    ]
    return matching[-1] if matching else None


def address(secret: str, name: str) -> str:
    """Return the otpauth address an authenticator app reads."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(secret: str, name: str) -> bytes:
    """Return the QR code as an SVG file: dark on white, whatever the page's colours."""
    out = io.BytesIO()
    code = segno.make(address(secret, name), micro=False)
    code.save(out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue()


def in_fours(secret: str) -> str:
    """Return the secret as people copy it: "ABCD EFGH …"."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def _digits(typed: str) -> str:
    """Return the digits of a typed code, whatever the script: "١٢٣ 456" is "123456"."""
    return "".join(str(unicodedata.decimal(char)) for char in typed[:32] if char.isdecimal())


def _bound_to(user_id: str) -> bytes:
    return b"casebridge desk authenticator " + user_id.encode()
