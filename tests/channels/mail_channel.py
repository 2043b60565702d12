"""E-mail as a channel, to show what one takes: a mail in, handed on as MIME; the reply mail out.

A real one would check who hands it mails (`signs`), and name its settings in `bot/settings.py`.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from flask import Blueprint, Response, request

from bot.arrival import Arrival
from bot.channels.channel import Channel, service
from bot.wording import as_text

PATH = "/channels/mail"

blueprint = Blueprint("mail", __name__)
CHANNEL = Channel("mail", blueprint, lambda _: True, "", signs=True)


@blueprint.post(PATH)
def receive() -> Response:
    """Take one mail; 400 where nobody could be answered."""
    mail = message_from_bytes(request.get_data(), policy=policy.default)
    _, sender = parseaddr(str(mail["From"] or ""))
    message_id, body = str(mail["Message-ID"] or ""), mail.get_body(("plain",))
    if not sender or not message_id:
        return Response(status=400)
    messages = service().receive(
        Arrival(
            channel=CHANNEL.name,
            address=sender.casefold(),
            message_id=message_id,
            witness=message_id,
            text=_unquoted(body.get_content() if body else ""),
        )
    )
    reply = EmailMessage(policy=policy.default)
    reply["To"], reply["In-Reply-To"], reply["Subject"] = sender, message_id, "Re: your message"
    reply.set_content(as_text(messages))
    return Response(reply.as_bytes(), mimetype="message/rfc822")


def _unquoted(text: str) -> str:
    """Leave out what is quoted of an earlier mail."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(">")).strip()
