"""Pictures of text messages, fetched from Twilio: from there and from nowhere else.

The addresses come with a signed form, yet are trusted no further than our own account's path.
Twilio's answer leads on to where it keeps files: the credentials do not go with it.
"""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from bot.media import MOST_BYTES, Media, NotFetched, TooLarge

if TYPE_CHECKING:
    import httpx

API_URL = "https://api.twilio.com"
KEEPERS: Mapping[str, str] = {
    "mms.twiliocdn.com": "/",
    "s3-external-1.amazonaws.com": "/media.twiliocdn.com/",
}
"""Hosts that Twilio sends on to, and how their paths begin (Twilio's help, article 223183748)."""
MOST_HOPS = 3
CONNECT_SECONDS = 3
READ_SECONDS = 3  # between two parts of a picture
SECONDS = 8  # for all pictures of a message: Twilio gives up after 15


@dataclass(slots=True)
class TwilioMedia:
    """The pictures of one message. `api_url` is another address of the API, "" is Twilio's own."""

    account: str
    token: str = field(repr=False)
    api_url: str = ""
    _until: float = 0.0  # set when the first is fetched

    def at(self, addresses: Iterable[str]) -> tuple[Media, ...]:
        return tuple(Media(partial(self._read, address)) for address in addresses)

    def _read(self, address: str) -> bytes:
        import httpx  # noqa: PLC0415 - 60 ms, for whoever sends a picture

        self._until = self._until or monotonic() + SECONDS
        limits = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        try:
            if not self._is_ours(address):
                raise NotFetched("address")
            with httpx.Client(timeout=limits, follow_redirects=False) as client:
                return self._follow(client, address)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NotFetched(type(error).__name__) from None  # its words may hold the address

    def _follow(self, client: "httpx.Client", address: str) -> bytes:
        """Fetch the picture, over as many hops as Twilio needs to where it keeps it."""
        auth: tuple[str, str] | None = (self.account, self.token)
        for _ in range(MOST_HOPS):
            if monotonic() > self._until:
                raise NotFetched("slow")
            headers = {"Accept-Encoding": "identity"}  # 10 MB on the way are 10 MB here
            with client.stream("GET", address, auth=auth, headers=headers) as response:
                if not response.has_redirect_location:
                    return self._content(response)
                address, auth = urljoin(address, response.headers["Location"]), None
            if not self._is_kept_there(address):
                raise NotFetched("redirect")
        raise NotFetched("redirects")

    def _content(self, response: "httpx.Response") -> bytes:
        if response.status_code != 200:
            raise NotFetched(str(response.status_code))
        content = bytearray()
        for part in response.iter_raw():
            content += part
            if len(content) > MOST_BYTES:
                raise TooLarge
            if monotonic() > self._until:
                raise NotFetched("slow")
        return bytes(content)

    def _is_ours(self, address: str) -> bool:
        """Say whether an address lies below our account at Twilio's API."""
        path = f"{self.api_url or API_URL}/2010-04-01/Accounts/{self.account}/Messages/"
        plain = address.isascii() and address.isprintable() and ".." not in address and "\\" not in address
        return plain and address.startswith(path) and (bool(self.api_url) or _is_public("api.twilio.com"))

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


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _is_public(host: str) -> bool:
    """Say whether a name leads to the world and to nothing of our own network. Raises OSError."""
    found = {address[4][0] for address in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    return all(ipaddress.ip_address(address).is_global for address in found)
