"""What Twilio says later of messages we wrote first: signed like messages, in any order, more than once."""

from datetime import UTC, datetime

from flask import Response, request

from bot import following, outgoing
from bot.channels.channel import service
from bot.channels.signed import signed_form
from bot.channels.twilioform import channel_of
from bot.outcomes import of_status
from bot.senders.twilio import MARK, STATUS_PATH


def report() -> Response:
    """Record what became of a message: 204, also for one that we know nothing of."""
    form = signed_form(STATUS_PATH)
    if form is None:
        return Response(status=403)
    provider_id, address = form.first("MessageSid"), form.first("To")
    status, code = form.first("MessageStatus"), form.first("ErrorCode")
    verdict, now, to = of_status(status, code), datetime.now(UTC), service()
    if not provider_id:
        return Response(status=204)
    with to.database.begin() as connection:
        mark = request.args.get(MARK, "")
        changed = outgoing.reported(connection, mark, provider_id, verdict, code)
        if changed and verdict is not None:
            following.heed(connection, to.cipher, channel_of(form), address, verdict, now)
    return Response(status=204)
