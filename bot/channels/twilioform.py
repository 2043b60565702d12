"""What a signed form of Twilio's says: one message by text message or by WhatsApp.

Who sent it is opaque: a phone number, a short code, a name, on WhatsApp also an id ("GB.1502…").
What else Twilio tells of a person, such as the name in their profile, is not read.
"""

from bot.arrival import Arrival
from bot.channels.signed import Form
from bot.channels.twiliomedia import MOST_MEDIA, PROVIDER
from bot.core.asking import Knowledge
from bot.core.conversation import Pressed
from bot.core.pressing import labels_pressed
from bot.core.turn import FIRST_FLOW
from bot.handset import is_provider_word
from bot.media import Place

WHATSAPP = "whatsapp:"
LONG_NUMBER = "+"  # a short code has none, and a WhatsApp number another beginning


def read_message(form: Form, knowledge: Knowledge) -> Arrival | None:
    """Return the message; None where there is nobody to answer, or nothing to know it by."""
    sender, message_id = form.first("From"), form.first("MessageSid") or form.first("SmsSid")
    if not sender or not message_id:
        return None
    pressed = _pressed(form, knowledge)
    text = form.first("Body") or form.first("ButtonText") or form.first("ListTitle")
    has_media = form.first("NumMedia") not in ("", "0")
    opt_out = form.first("OptOutType")
    is_word = opt_out in ("STOP", "HELP")  # or a word only Twilio was told of
    return Arrival(
        channel=channel_of(form),
        address=sender,
        message_id=message_id,
        witness=message_id,
        text=opt_out if is_word else "" if pressed else text,
        pressed=None if is_word else pressed,
        attachment=has_media or _is_wordless(form, said=bool(text or pressed)),
        media=_media(form, are_pictures=True),
        unread=_media(form, are_pictures=False),
        opts_in=opt_out == "START",
    )


def channel_of(form: Form) -> str:
    """Return on which channel a message came: text messages and WhatsApp of one person stay apart."""
    to_or_from = (form.first("From"), form.first("To"))
    return "whatsapp" if any(each.startswith(WHATSAPP) for each in to_or_from) else "sms"


def provider_answers(form: Form) -> bool:
    """Say whether Twilio has answered a STOP itself: a second answer would fail (21610).

    OptOutType comes with Advanced Opt-Out only, on every kind of sender. Without it Twilio answers
    on long numbers; on a short code or WhatsApp we do. START and HELP are answered all the same: YES
    opts in at Twilio, and is an answer to our question; our help holds 999, Twilio's need not.
    """
    if form.first("OptOutType") == "STOP":
        return True
    return form.first("To").startswith(LONG_NUMBER) and is_provider_word(form.first("Body"))


def _pressed(form: Form, knowledge: Knowledge) -> Pressed | None:
    """Return the option that was tapped, where it is one of ours: "step:value", with more or without."""
    step, _, rest = (form.first("ButtonPayload") or form.first("ListId")).partition(":")
    pressed = Pressed(step, (rest.partition(":")[0],))
    return pressed if labels_pressed(knowledge, pressed, FIRST_FLOW) else None


def _is_wordless(form: Form, *, said: bool) -> bool:
    """Say whether it is a place on a map, a contact or the like, to be asked for in words."""
    return form.first("Latitude") != "" or (not said and form.first("MessageType") not in ("", "text"))


def _media(form: Form, *, are_pictures: bool) -> tuple[Place, ...]:
    """Return where the pictures of a message lie, or what else hangs on it; a sticker is no picture."""
    is_sticker = form.first("MessageType") == "sticker"
    return tuple(
        Place(PROVIDER, form.first(f"MediaUrl{i}"))
        for i in range(MOST_MEDIA)
        if form.first(f"MediaUrl{i}") and are_pictures is _is_picture(form, i, is_sticker=is_sticker)
    )


def _is_picture(form: Form, i: int, *, is_sticker: bool) -> bool:
    return form.first(f"MediaContentType{i}").startswith("image/") and not is_sticker
