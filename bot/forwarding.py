"""What a message does to a report that is sent or was: sealed, added to, taken back, agreed to anew.

Here the engine's effects meet casebridge. Whatever needs a key is done before the database is taken;
what is returned writes, inside the transaction of the turn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot import album, awaited, following
from bot.album import Drafted
from bot.core.effects import Add, Effect, Found, Give, LookUp, Submit, TakeAllBack, TakeBack
from bot.core.returning import HANDED_ON, NOT_YOURS
from bot.numbers import Numbers, derived
from bot.store import Raced
from casebridge import outbox, photos, questions, returning
from casebridge.area import Area
from casebridge.asking import open_question, reporter_key
from casebridge.database import Database
from casebridge.owncode import own_code
from casebridge.recipients import Recipients
from casebridge.report import Consent, ConsentLevel, Involvement, Report, wording_hash
from casebridge.returncode import CodeKeys
from casebridge.routing import addition_views, views
from casebridge.sealedphoto import with_details
from casebridge.sealing import SealingError, open_whole, seal
from casebridge.standing import Standing, standing, standing_of_reference
from casebridge.tables import ReportStatus

Write = Callable[[Connection], object]


def nothing(_: Connection) -> None:
    """Write nothing."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A report opened by the reporter's own code."""

    report: Report
    envelope: bytes
    keys: CodeKeys
    standing: Standing


@dataclass(frozen=True, slots=True, eq=False)
class Forwarding:
    """The forwarding side, as far as the conversation reaches it: public keys, no private one."""

    database: Database
    recipients: Recipients
    area: Area

    # --- sending ---

    def write(
        self,
        effects: tuple[Effect, ...],
        now: datetime,
        keys: CodeKeys,
        drafts: Callable[[], Drafted],
    ) -> Write:
        """Seal what there is to be sealed, and return what stores it."""
        for effect in effects:
            match effect:
                case Submit():
                    return self._submitted(effect, now, keys, drafts)
                case Add():
                    return self._added(effect, now)
                case TakeBack(reference, agencies):
                    return lambda connection: returning.withdraw(connection, reference, agencies, now)
                case TakeAllBack(reference):
                    return _erased(reference, now)
                case _:
                    pass
        return nothing

    def _submitted(
        self, submit: Submit, now: datetime, keys: CodeKeys, drafts: Callable[[], Drafted]
    ) -> Write:
        report = submit.report
        allowed = views(report, self.area)
        envelope = seal(report, allowed, self.recipients.keys, keys.key)
        public_key = reporter_key(keys.key)
        readers = (self.recipients.keys[agency] for agency in with_details(allowed))
        pictures, hand_over = (
            album.sealed(submit, drafts(), readers, keys.key, now) if submit.photos else ((), nothing)
        )

        def write(connection: Connection) -> None:
            outbox.submit(connection, report, allowed, envelope, keys.id, public_key, self.area, now)
            photos.submit(connection, report.reference, pictures)
            hand_over(connection)

        return write

    def _added(self, add: Add, now: datetime) -> Write:
        levels = dict.fromkeys(self._recipients_of(add), ConsentLevel.WITH_DETAILS)
        allowed = addition_views(add.report, levels, self.area)
        envelope = seal(add.report, allowed, self.recipients.keys, None)

        def write(connection: Connection) -> None:
            if not returning.add(connection, add.report, allowed, envelope, self.area, now):
                raise Raced  # taken back meanwhile from elsewhere: see may()
            if add.question:
                questions.answered(connection, add.question, now)

        return write

    def _recipients_of(self, add: Add) -> tuple[str, ...]:
        """Return whom an addition goes to: an answer also to the agency that asked."""
        if not add.question:
            return add.agencies
        with self.database.read() as connection:
            asked = questions.open_questions(connection, add.report.reference)
        askers = (each.agency for each in asked if each.id == add.question)
        return tuple(dict.fromkeys((*add.agencies, *askers)))

    def may(self, effect: Add | TakeBack | TakeAllBack, *, for_client: bool) -> bool:
        """Say whether a report may still be changed so: not where its client has taken it over since.

        Nor can anything be added for agencies that no longer have it.
        """
        reference = effect.report.reference if isinstance(effect, Add) else effect.reference
        found = self.database.look(lambda line: standing_of_reference(line, reference))
        if found is None or (for_client and not found.code_shared):
            return False
        if not isinstance(effect, Add):
            return True
        recipients = {*self._recipients_of(effect)}
        return bool(recipients) and recipients <= {*found.agencies}

    # --- coming back ---

    def look_up(
        self, look: LookUp, keys: CodeKeys | None, now: datetime, numbers: Numbers
    ) -> tuple[Found | None, Write]:
        """Find how a report stands; the code a worker saw is changed for one that only the client knows.

        `keys`: of the code, where one is looked for.
        """
        if keys is None:
            found = self.database.look(lambda line: standing_of_reference(line, look.reference))
            if found is not None and look.not_for and not found.code_shared:
                return Found(found.reference, HANDED_ON), nothing
            return (_from_outside(found) if found else None), nothing
        found = self.database.look(lambda line: standing(line, code_id=keys.id))
        if found is None:
            return None, nothing
        if found.reference in look.not_for and found.code_shared:
            return Found(found.reference, NOT_YOURS), nothing
        opened = self._opened(keys)
        if opened is None:
            return _from_outside(found), nothing
        told = self._told(opened, now)
        if not opened.standing.code_shared:
            return told, nothing
        return replace(told, code=numbers.code), _own_code(opened, numbers.keys)

    def _opened(self, keys: CodeKeys) -> Opened | None:
        """Open a report with its code; None where nothing of it is left, or it cannot be read."""
        with self.database.read() as connection:
            found = standing(connection, code_id=keys.id)
            envelope = outbox.envelope_of(connection, keys.id)
        if found is None or not envelope:
            return None
        try:
            return Opened(open_whole(envelope, keys.key), envelope, keys, found)
        except SealingError:
            return None

    def _told(self, opened: Opened, now: datetime) -> Found:
        report, found = opened.report, opened.standing
        levels = {each.agency: each.level for each in report.consents if each.agency in found.agencies}
        return Found(
            reference=found.reference,
            status=found.status,
            reason=found.closed_reason or "",
            shared=levels,
            agencies=found.agencies,
            involvement=_voice(report),
            questions=self._questions(opened),
            survey=_may_be_asked(report, found, self._coordinator, now),
            language=report.language,
        )

    @property
    def _coordinator(self) -> str:
        return next((agency.id for agency in self.area.agencies if agency.coordinates), "")

    def _questions(self, opened: Opened) -> Mapping[str, str]:
        reference = opened.report.reference
        with self.database.read() as connection:
            asked = questions.open_questions(connection, reference)
        return {each.id: open_question(each.sealed, opened.keys.key, reference, each.id) for each in asked}

    # --- agreeing to more ---

    def give(self, give: Give, now: datetime) -> Write | None:
        """Open a report with its code and seal it for one more agency; None where the code is another's."""
        opened = self._opened(derived(give.code, self.recipients.pepper))
        if opened is None or opened.report.reference != give.reference:
            return None
        agency, has = give.consent.agency, {*opened.standing.agencies}
        report = _agreed_since(opened.report, has, give.consent)
        allowed = {name: view for name, view in views(report, self.area).items() if name in has | {agency}}
        envelope = seal(report, allowed, self.recipients.keys, opened.keys.key)

        def write(connection: Connection) -> None:
            before, reference = opened.envelope, report.reference
            if not returning.renew(connection, reference, before, envelope, [agency], self.area, now):
                raise Raced
            if give.consent.level is ConsentLevel.WITH_DETAILS:
                photos.give(connection, reference, opened.keys.key, [self.recipients.keys[agency]])

        return write


def _erased(reference: str, now: datetime) -> Write:
    def write(connection: Connection) -> None:
        awaited.let_go_of_report(connection, reference)
        returning.erase(connection, reference, now)

    return write


def _from_outside(found: Standing) -> Found:
    """Return what is told of a report that was not opened: that there are questions, not which."""
    waiting = {str(number): "" for number in range(found.questions)}
    gone = found.status is ReportStatus.WITHDRAWN
    return Found(
        found.reference,
        found.status,
        found.closed_reason or "",
        shared={} if gone else None,
        agencies=found.agencies,
        questions=waiting,
    )


def _voice(report: Report) -> Involvement:
    """Return in whose words to go on: a client with a code of their own speaks for themselves."""
    for_client = report.involvement is Involvement.SUPPORTER
    return Involvement.VICTIM if for_client else report.involvement


def _may_be_asked(report: Report, found: Standing, coordinator: str, now: datetime) -> bool:
    """Say whether to ask how it went: agreed to, closed four weeks ago, not answered yet."""
    agreed = any(each.purpose == "survey" and each.given for each in report.permissions)
    due = found.closed_at is not None and found.closed_at + following.SURVEY_AFTER <= now
    return agreed and due and coordinator in found.agencies and not found.feedback_given


def _own_code(opened: Opened, after: CodeKeys) -> Write:
    def write(connection: Connection) -> None:
        reference = opened.report.reference
        if not own_code(connection, reference, opened.keys, after, opened.envelope):
            raise Raced
        following.drop_report(connection, reference)  # whoever saw the first code is told no more

    return write


def _agreed_since(report: Report, has: set[str], consent: Consent) -> Report:
    """Return a report with a consent given later, and a no for each that was taken back since."""
    taken_back = [each for each in report.consents if each.allows() and each.agency not in has]
    noes = (
        each.model_copy(
            update={
                "level": ConsentLevel.NO,
                "wording": "",
                "wording_hash": wording_hash(""),
                "at": consent.at,
            }
        )
        for each in taken_back
        if each.agency != consent.agency
    )
    return report.model_copy(update={"consents": (*report.consents, *noes, consent)})
