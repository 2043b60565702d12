"""Sends text messages and WhatsApp by Twilio's REST API, and asks it what became of them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.outcomes import Outcome, Verdict, of_twilio
from bot.senders.sender import Letter, Sighting
from bot.settings import Settings

if TYPE_CHECKING:
    from twilio.rest import Client

SECONDS = 10.0  # for an answer; the library itself would wait for ever
MARK = "m"  # our own id of a message, in the address its reports come to
STATUS_PATH = "/channels/sms/status"
WHATSAPP, PREFIX = "whatsapp", "whatsapp:"
CLOCKS_APART = timedelta(minutes=10)  # Twilio's and ours; rather one taken for another than one sent twice
MOST_LOOKED_AT = 50  # the newest messages to one address
BY_API = "outbound-api"  # a reply in a webhook's answer is "outbound-reply"
SHORTEST_VALIDITY, LONGEST_VALIDITY = 60, 36_000  # seconds, ValidityPeriod: at most 36,000


class TwilioSender:
    """Twilio, with our account and numbers."""

    looks = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        sms = settings.twilio_from or settings.twilio_messaging_service_sid
        on = {"sms": bool(sms), WHATSAPP: bool(settings.twilio_whatsapp_from)}
        self.channels = frozenset(channel for channel, is_on in on.items() if is_on)

    def send(self, letter: Letter) -> Outcome:
        """Hand over one message. Only what Twilio surely did not take may be handed over again."""
        from requests.exceptions import RequestException  # noqa: PLC0415 - 100 ms, only where something is sent
        from twilio.base.exceptions import TwilioException, TwilioRestException  # noqa: PLC0415 - with it

        try:
            made = client(self._settings).messages.create(**self._form(letter))
        except TwilioRestException as error:
            return of_twilio(error.status, error.code)
        except RequestException as error:
            verdict = Verdict.AGAIN if _never_left(error) else Verdict.UNKNOWN
            return Outcome(verdict, type(error).__name__)
        except (TwilioException, ValueError, KeyError, TypeError) as error:  # an answer nobody can read
            return Outcome(Verdict.UNKNOWN, type(error).__name__)
        return Outcome(Verdict.SENT, provider_id=made.sid or "")

    def look(self, letter: Letter, since: datetime, /) -> tuple[Sighting, ...] | None:
        """Find what was created for that address since then; newest first, as Twilio lists them."""
        from requests.exceptions import RequestException  # noqa: PLC0415 - as above
        from twilio.base.exceptions import TwilioException  # noqa: PLC0415 - as above

        try:
            found = client(self._settings).messages.list(to=_to(letter), limit=MOST_LOOKED_AT)
        except (TwilioException, RequestException, ValueError, KeyError, TypeError):
            return None
        return tuple(
            Sighting(each.sid or "", str(each.status or ""), str(each.error_code or ""))
            for each in found
            if each.direction == BY_API and each.date_created and each.date_created >= since - CLOCKS_APART
        )

    def _form(self, letter: Letter) -> dict[str, Any]:
        settings = self._settings
        form: dict[str, Any] = {"to": _to(letter)}
        if letter.channel != WHATSAPP:
            form["validity_period"] = min(max(letter.seconds, SHORTEST_VALIDITY), LONGEST_VALIDITY)
        if settings.public_url:
            form["status_callback"] = f"{settings.address}{STATUS_PATH}?{MARK}={letter.id}"
        if letter.freely:
            form["body"] = letter.text
        else:
            form["content_sid"] = settings.twilio_whatsapp_template
        if letter.channel == WHATSAPP:
            form["from_"] = PREFIX + settings.twilio_whatsapp_from.removeprefix(PREFIX)
        elif settings.twilio_from:
            form["from_"] = settings.twilio_from
        if letter.channel != WHATSAPP and settings.twilio_messaging_service_sid:
            form["messaging_service_sid"] = settings.twilio_messaging_service_sid
        return form


def client(settings: Settings) -> "Client":
    """Return a client of the API: with a time limit, and at another address where one is set."""
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415 - as above
    from twilio.rest import Client  # noqa: PLC0415 - as above

    http = TwilioHttpClient(timeout=SECONDS, pool_connections=False)  # a kept connection may be a dead one
    token = settings.twilio_auth_token.get_secret_value()
    made = Client(settings.twilio_account_sid, token, http_client=http)
    if settings.twilio_api_url:
        made.api.base_url = settings.twilio_api_url
    return made


def _to(letter: Letter) -> str:
    return PREFIX + letter.address.removeprefix(PREFIX) if letter.channel == WHATSAPP else letter.address


def _never_left(error: Exception) -> bool:
    """Say whether there was no connection over which anything could have gone."""
    from requests.exceptions import ConnectTimeout, ProxyError, SSLError  # noqa: PLC0415 - as above
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415 - as above

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout | ProxyError | SSLError) or isinstance(reason, NewConnectionError)
