"""A form that Twilio signed: messages and what became of them come as such. Nothing else is read."""

from functools import cache
from hmac import compare_digest
from urllib.parse import parse_qsl

from flask import request
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from bot.channels.channel import settings

MOST_FIELDS = 500  # of a form; Twilio sends about 20, and 3 more for each of up to 10 pictures


class Form(dict[str, list[str]]):
    """The fields of a form; `getall` is what Twilio's validator asks a form for first."""

    getall = dict.__getitem__

    def first(self, name: str) -> str:
        """Return the value of a field, "" where there is none."""
        return self[name][0] if name in self else ""


def signed_form(path: str) -> Form | None:
    """Return the form that was posted to this path of ours; None, answered by 403, unless it is signed.

    While tokens are rotated either of the two signs. A SharedKey's secret (public beta, 2026) stands
    in the place of a token, and a header then names its algorithm.
    """
    signature = request.headers.get(SIGNATURE_HEADER, "")  # None would raise
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER)).upper()
    form = read_form(request.get_data(cache=False))
    if form is None or not signature or algorithm not in (HMAC_SHA1, HMAC_SHA256):
        return None
    config = settings()
    query = request.query_string.decode("ascii", "replace")
    url = f"{config.address}{path}?{query}" if query else config.address + path
    for token in (config.twilio_auth_token, config.twilio_secondary_auth_token):
        secret = token.get_secret_value()
        if secret and _is_signed_with(secret, url, form, signature, algorithm):
            return form
    return None


def read_form(body: bytes) -> Form | None:
    """Read a form as Flask would, in a third of its time; None if it is none of Twilio's."""
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="werkzeug.url_quote", max_num_fields=MOST_FIELDS
        )
    except ValueError:  # not UTF-8, or fields without end
        return None
    form = Form()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


def _is_signed_with(secret: str, url: str, form: Form, signature: str, algorithm: str) -> bool:
    """Check a signature over the address Twilio was told, never over what the request claims.

    The library's own check signs twice, because Twilio may or may not have written the port;
    nearly always the address as it was configured is what was signed.
    """
    validator = _validator(secret)
    signed = validator.compute_signature(url, form, algorithm)
    if compare_digest(signed.encode(), signature.encode()):
        return True
    return bool(validator.validate(url, form, signature, algorithm))


@cache
def _validator(secret: str) -> RequestValidator:
    return RequestValidator(secret)
