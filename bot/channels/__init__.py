"""The ways a person can reach us. One module and one line here each."""

from bot.channels import sms, telegram, web
from bot.channels.channel import Channel

CHANNELS: tuple[Channel, ...] = (web.CHANNEL, sms.CHANNEL, sms.WHATSAPP, telegram.CHANNEL)
