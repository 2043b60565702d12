"""Pictures of text messages at Twilio: fetched and deleted there, and nowhere else.

The addresses come with a signed form, yet are trusted no further than our own account's path.
Twilio's answer leads on to where it keeps files: the credentials do not go with it.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from bot.media import MOST_BYTES, NotDeleted, NotFetched, TooLarge
from bot.settings import Settings

if TYPE_CHECKING:
    import httpx

PROVIDER = "twilio"
API_URL = "https://api.twilio.com"
KEEPERS: Mapping[str, str] = {
    "mms.twiliocdn.com": "/",
    "s3-external-1.amazonaws.com": "/media.twiliocdn.com/",
}
"""Hosts that Twilio sends on to, and how their paths begin (Twilio's help, article 223183748)."""
MOST_MEDIA = 10  # of a message
MOST_HOPS = 3
CONNECT_SECONDS = 3
READ_SECONDS = 3  # between two parts of a picture
SECONDS = 20  # for one picture in all
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class TwilioMedia:
    """The pictures of our account. `api_url` is another address of the API, "" is Twilio's own."""

    account: str
    token: str = field(repr=False)
    api_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the pictures of our account; None while text messages are off."""
        token = settings.twilio_auth_token.get_secret_value()
        return (
            cls(settings.twilio_account_sid, token, settings.twilio_api_url) if settings.sms_is_on else None
        )

    def fetch(self, where: str) -> bytes:
        import httpx  # noqa: PLC0415 - 60 ms, for whoever sends a picture

        try:
            if not self._is_ours(where):
                raise NotFetched("address", final=True)
            with self._client() as client:
                return self._follow(client, where, monotonic() + SECONDS)
        except (httpx.HTTPError, OSError) as error:
            raise NotFetched(type(error).__name__) from None  # its words may hold the address
        except (httpx.InvalidURL, ValueError) as error:
            raise NotFetched(type(error).__name__, final=True) from None

    def delete(self, where: str) -> None:
        import httpx  # noqa: PLC0415 - as above

        if not _is_below(self._path, where):  # nothing of ours: not to be asked for, now or later
            return
        try:
            if not self._is_ours(where):
                raise NotDeleted("address")
            with self._client() as client:
                status = client.delete(where, auth=(self.account, self.token)).status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NotDeleted(type(error).__name__) from None
        if status != 204 and status not in GONE:
            raise NotDeleted(str(status))

    def _client(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415 - as above

        limits = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        return httpx.Client(timeout=limits, follow_redirects=False)

    def _follow(self, client: "httpx.Client", address: str, until: float) -> bytes:
        """Fetch the picture, over as many hops as Twilio needs to where it keeps it."""
        auth: tuple[str, str] | None = (self.account, self.token)
        for _ in range(MOST_HOPS):
            headers = {"Accept-Encoding": "identity"}  # 10 MB on the way are 10 MB here
            with client.stream("GET", address, auth=auth, headers=headers) as response:
                if not response.has_redirect_location:
                    return _content(response, lambda: monotonic() > until)
                address, auth = urljoin(address, response.headers["Location"]), None
            if not self._is_kept_there(address):
                raise NotFetched("redirect", final=True)
        raise NotFetched("redirects", final=True)

    @property
    def _path(self) -> str:
        return _messages(self.account, self.api_url)

    def _is_ours(self, address: str) -> bool:
        """Say whether an address lies below our account at Twilio's API. Raises OSError."""
        return _is_below(self._path, address) and (bool(self.api_url) or _is_public("api.twilio.com"))

    def _is_kept_there(self, address: str) -> bool:
        """Say whether Twilio keeps files there; with another API, only that one does."""
        there = _split(address)
        if there is None or "@" in there.netloc or ".." in there.path:
            return False
        if self.api_url:
            return f"{there.scheme}://{there.netloc}" == self.api_url
        begins = KEEPERS.get(there.netloc)
        return (
            there.scheme == "https"
            and begins is not None
            and there.path.startswith(begins)
            and _is_public(there.netloc)
        )


def address_of(settings: Settings, message: str, media: str) -> str:
    """Return where Twilio keeps a picture of a message, as its webhook says it. Both by their ids."""
    return f"{_messages(settings.twilio_account_sid, settings.twilio_api_url)}{message}/Media/{media}"


def _messages(account: str, api_url: str) -> str:
    return f"{api_url or API_URL}/2010-04-01/Accounts/{account}/Messages/"


def _content(response: "httpx.Response", is_late: Callable[[], bool]) -> bytes:
    status = response.status_code
    if status != 200:
        raise NotFetched(str(status), final=status in GONE)
    content = bytearray()
    for part in response.iter_raw():
        content += part
        if len(content) > MOST_BYTES:
            raise TooLarge
        if is_late():
            raise NotFetched("slow")
    return bytes(content)


def _is_below(path: str, address: str) -> bool:
    plain = address.isascii() and address.isprintable() and ".." not in address and "\\" not in address
    return plain and address.startswith(path)


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _is_public(host: str) -> bool:
    """Say whether a name leads to the world and to nothing of our own network. Raises OSError."""
    found = {address[4][0] for address in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    return all(ipaddress.ip_address(address).is_global for address in found)
