"""What a message leads to beyond its answer: codes looked up, reports sent, added to, taken back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import draftcode
from bot.album import Drafted
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation, Inbound, Reply
from bot.core.effects import Add, Effect, Give, Keep, LookUp, Submit, TakeAllBack, TakeBack
from bot.core.engine import Outcome, advance, tell_found, tell_given
from bot.core.returning import made_for_client
from bot.finding import Finding
from bot.forwarding import Forwarding, Write, nothing
from bot.numbers import Numbers
from bot.pacing import Paced


@dataclass(frozen=True, slots=True, eq=False)
class Deeds:
    """Asks the forwarding side what the engine wants to know, and tells it what the engine wants done."""

    knowledge: Knowledge
    forwarding: Forwarding
    finding: Finding

    def answer(
        self,
        paced: Paced,
        before: Conversation,
        inbound: Inbound,
        numbers: Numbers,
        drafts: Callable[[], Drafted],
    ) -> tuple[Outcome, Write]:
        """Answer a message; return what writes the rest."""
        outcome = advance(self.knowledge, before, inbound)
        known, conversation, outside = self.knowledge, outcome.conversation, self.forwarding
        match outcome.effects:
            case ():
                return outcome, nothing
            case (LookUp(code=code) | Give(code=code),) if code and not paced.may_try_code():
                return Outcome(before, (Reply(known.texts.code_not_tried),)), nothing
            case (Keep(),):
                put_off = conversation._replace(code_id=numbers.keys.id.hex())
                kept = draftcode.give(paced.who.conversation, numbers.keys, inbound.at)
                return Outcome(put_off, outcome.replies), kept
            case (LookUp() as look,):
                told, write = self.finding.look_up(
                    look, paced.who.conversation, conversation, inbound, numbers
                )
                replies = (*outcome.replies, *told.replies)
                return told._replace(replies=replies, opts_in=outcome.opts_in), write
            case (Give() as give,):
                given = outside.give(give, inbound.at)
                told = tell_given(known, conversation, inbound, give.consent, given=given is not None)
                return told, given or nothing
            case (Add() | TakeBack() | TakeAllBack() as change,):
                for_client = made_for_client(before)
                if not outside.may(change, for_client=for_client):
                    return self._unchanged(before, inbound, numbers, for_client=for_client)
        effects = _marked(outcome.effects, paced)
        return outcome, outside.write(effects, inbound.at, numbers.keys, drafts)

    def _unchanged(
        self, before: Conversation, inbound: Inbound, numbers: Numbers, *, for_client: bool
    ) -> tuple[Outcome, Write]:
        """Say that nothing was changed, and how the report stands that was changed elsewhere meanwhile."""
        reference = before.reference or ""
        look = LookUp(reference=reference, not_for=(reference,) if for_client else ())
        found, write = self.forwarding.look_up(look, None, inbound.at, numbers)
        told = tell_found(self.knowledge, before, inbound, found)
        return told._replace(replies=(Reply(self.knowledge.texts.unchanged), *told.replies)), write


def _marked(effects: tuple[Effect, ...], paced: Paced) -> tuple[Effect, ...]:
    """Mark what is sent with the budgets it came over."""
    match effects:
        case (Submit() | Add() as sent,) if pace := paced.report():
            return (replace(sent, report=sent.report.model_copy(update={"pace": pace})),)
    return effects
