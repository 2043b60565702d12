"""What a code or a reference leads to: a draft that was put off, which may move here, or a report."""

from dataclasses import dataclass

from bot import draftcode
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound
from bot.core.effects import Draft, LookUp, TakeUp
from bot.core.engine import Outcome, tell_found
from bot.drafts import DraftCipher
from bot.forwarding import Forwarding, Write, nothing
from bot.numbers import Numbers, derived
from casebridge.database import Database


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Drafts first, then reports: no two have the same code."""

    knowledge: Knowledge
    database: Database
    cipher: DraftCipher
    forwarding: Forwarding

    def look_up(
        self, look: LookUp, key: bytes, conversation: Conversation, inbound: Inbound, numbers: Numbers
    ) -> tuple[Outcome, Write]:
        """Tell what was found, and return what writes the rest. `key`: of the conversation that asks."""
        keys = derived(look.code, self.forwarding.recipients.pepper) if look.code else None
        put_off = draftcode.find(self.database, self.cipher, keys, inbound.at) if keys else None
        if put_off is None:
            found, write = self.forwarding.look_up(look, keys, inbound.at, numbers)
            told = tell_found(self.knowledge, conversation, inbound, found)
            is_told = found is not None and told.conversation.reference == found.reference
            return told, write if is_told else nothing  # a code changes only for one that is told
        draft = Draft(put_off.conversation, is_here=put_off.loaded.key == key)
        told = tell_found(self.knowledge, conversation, inbound, draft)
        if told.effects != (TakeUp(),):
            return told, nothing
        move = draftcode.move(self.cipher, self.knowledge, put_off, inbound.at, to=key)
        return told._replace(effects=()), move
