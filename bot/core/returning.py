"""Coming back to a report that was sent: how it stands, adding to it, taking back, agreeing to more."""

from collections.abc import Iterable, Mapping

from bot.core.asking import Walk
from bot.core.conversation import Answer, Conversation, Entry, Option, Reply, Sayable, Stage
from bot.core.effects import Add, Found, Give, LookUp, TakeAllBack, TakeBack
from bot.core.flow import CHANNEL, MADE, REPORT, ROLE, SHARED, WHOLE, Flow, Step
from bot.core.language import keep_telling
from bot.core.phrases import Phrase
from bot.core.reading import Doubt
from bot.core.reporting import consent, to_addition
from bot.core.texts import Texts
from bot.core.turn import FIRST_FLOW, Outcome, Turn, afresh, asked
from casebridge.report import AnswerState, Consent, ConsentLevel, Involvement

NEW_STEP, NEXT_STEP = "new", "next"
RETURN_FLOW, FEEDBACK_FLOW = "return", "feedback"
SHORTEST_CODE = 16  # digits; a phone number is shorter
MOST_MADE = 50  # reports of clients whose codes a worker's phone is known not to use
PASSED_ON = (REPORT, SHARED, WHOLE, ROLE, MADE, CHANNEL)  # what is known of a report while it is talked about
OPENED = "opened"  # among what is known of a report: its code was brought here
NOT_YOURS = "not_yours"  # in place of how a report stands: the code is somebody else's
HANDED_ON = "handed_on"  # likewise: the client follows it, with a code of their own


def after_sending(turn: Turn) -> Outcome:
    """Answer someone whose report is on its way: how it stands, and what can be done with it."""
    code, conversation = code_in(turn), keep_telling(turn)
    if code:
        return Outcome(turn.conversation, effects=(looked_up(turn, code),))
    reference = conversation.reference or ""
    not_for = (reference,) if made_for_client(conversation) else ()
    kept = conversation.parts != turn.conversation.parts
    told = (Reply(turn.knowledge.texts.not_added),) if kept else ()
    return Outcome(conversation, told, (LookUp(reference=reference, not_for=not_for),))


def code_in(turn: Turn) -> str:
    """Return the return code that a message is, "" if it is none."""
    if sum(map(str.isdecimal, turn.said)) < SHORTEST_CODE:
        return ""
    code = turn.knowledge.readers.code(turn.inbound.text)
    return "" if isinstance(code, Doubt) else code


def bring_a_code(flows: Mapping[str, Flow], conversation: Conversation) -> Conversation:
    """Return the conversation of somebody who is asked for their return code, whatever they write first."""
    flow = flows[RETURN_FLOW]
    return conversation._replace(flow=flow.name, version=flow.version, stage=Stage.PAUSED)


def looked_up(turn: Turn, code: str) -> LookUp:
    """Ask how the report of a code stands; a worker's phone does not use its client's code."""
    made = turn.conversation.answers.get(MADE)
    return LookUp(code=code, not_for=made.codes if made else ())


def made_for_client(conversation: Conversation) -> bool:
    """Say whether this phone made the report for a client, and nobody has opened it here with its code."""
    role, report = conversation.answers.get(ROLE), conversation.answers.get(REPORT)
    opened = report is not None and report.has(OPENED)
    return role is not None and role.has(Involvement.SUPPORTER) and not opened


def found_told(turn: Turn, found: Found | None) -> Outcome:
    """Say how a report stands and offer what can be done; or that none answers to that code."""
    conversation, known = turn.conversation, turn.knowledge
    texts = known.texts
    if found is not None and found.status == HANDED_ON:
        over = afresh(known, conversation)._replace(stage=Stage.OVER)
        return Outcome(over, (Reply(texts.handed_on), another(texts)))
    if found is None or found.status == NOT_YOURS:
        said = Reply(texts.status_unknown if found is None else texts.not_your_code)
        return asked(known, conversation._replace(misses=conversation.misses + 1), said)
    if found.status == "withdrawn":
        over = afresh(known, conversation)._replace(stage=Stage.OVER)
        return Outcome(over, (Reply(texts.status_withdrawn), another(texts)))
    flow = known.flows[RETURN_FLOW]
    fresh = afresh(known, conversation)
    back = fresh._replace(
        flow=flow.name,
        version=flow.version,
        reference=found.reference,
        answers={**fresh.answers, **_known(turn, found)},
        parts=conversation.parts,  # what was told unasked waits for "add something"
    )
    own_code = (Reply(texts.own_code, {"code": found.code}),) if found.code else ()
    return asked(known, back, _status(found, texts), *own_code, *_questions(found, texts))


def _known(turn: Turn, found: Found) -> dict[str, Answer]:
    """Return what conditions may look at: how it stands, who has it, in whose voice it was made."""
    same = turn.conversation.reference == found.reference
    before = turn.conversation.answers if same else {}
    opened = found.shared is not None or (REPORT in before and before[REPORT].has(OPENED))
    codes = [found.status, *(["survey"] if found.survey else []), *([OPENED] if opened else [])]
    readable = next((each for each, text in found.questions.items() if text), "")
    if readable:
        codes.append("question")
    answers = {REPORT: _fact(turn, codes)._replace(said=readable)}
    if found.shared is not None:
        answers |= shared_facts(turn, found.shared)
        return answers | {ROLE: _fact(turn, ())._replace(value=found.involvement or Involvement.VICTIM)}
    for name in (SHARED, WHOLE):
        had = before[name].codes if name in before else ()
        answers[name] = _fact(turn, [agency for agency in had if agency in found.agencies])
    return answers | ({ROLE: before[ROLE]} if ROLE in before else {})


def shared_facts(turn: Turn, shared: Mapping[str, ConsentLevel]) -> dict[str, Answer]:
    """Return, for conditions to look at, which agencies have a report and which have all of it."""
    whole = [agency for agency, level in shared.items() if level is ConsentLevel.WITH_DETAILS]
    return {SHARED: _fact(turn, shared), WHOLE: _fact(turn, whole)}


def _fact(turn: Turn, codes: Iterable[str]) -> Answer:
    return Answer(AnswerState.ANSWERED, tuple(codes), "", turn.reading.language, turn.now())


def _status(found: Found, texts: Texts) -> Reply:
    match found.status:
        case "received" | "acknowledged" | "closed" if not found.agencies:
            return Reply(texts.status_nobody)
        case "acknowledged":
            return Reply(texts.status_acknowledged)
        case "closed":
            reason: Phrase | None = getattr(texts, f"closed_{found.reason}", None)
            return Reply(texts.status_closed, {"reason": reason or texts.closed_nothing_more})
        case _:
            return Reply(texts.status_received)


def _questions(found: Found, texts: Texts) -> tuple[Reply, ...]:
    """Put the first question an agency asked; the next one when this is answered."""
    if not found.questions:
        return ()
    text = next(filter(None, found.questions.values()), "")
    return (Reply(texts.question_put, {"question": text}) if text else Reply(texts.question_waits),)


# --- carrying out what was chosen ------------------------------------------------------------


def decided(turn: Turn, way: Walk, value: str) -> Outcome:
    """Do what a person chose to do with their report, or leave all as it is."""
    texts, wants = turn.knowledge.texts, _wants(turn)
    if value != "send":
        return done(turn, Reply(texts.unchanged))
    reference = turn.conversation.reference or ""
    match wants:
        case "delete":
            over = afresh(turn.knowledge, turn.conversation)._replace(stage=Stage.OVER)
            return Outcome(over, (Reply(texts.all_taken_back), another(texts)), (TakeAllBack(reference),))
        case "take_back":
            return _taken_back(turn, way, reference)
        case _:
            return _added(turn, way, answers_question=wants == "answer")


def _wants(turn: Turn) -> str:
    wants = turn.conversation.answers.get(NEXT_STEP)
    return str(wants.value) if wants else ""


def _taken_back(turn: Turn, way: Walk, reference: str) -> Outcome:
    agencies = way.answers["take_back"].codes
    answers = dict(turn.conversation.answers)
    for name in {SHARED, WHOLE} & answers.keys():
        left = tuple(agency for agency in answers[name].codes if agency not in agencies)
        answers[name] = answers[name]._replace(value=left)
    names = _names(turn, agencies)
    left_over = turn.with_(turn.conversation._replace(answers=answers))
    outcome = done(left_over, Reply(turn.knowledge.texts.taken_back, {"names": names}))
    return outcome._replace(effects=(TakeBack(reference, agencies),))


def _added(turn: Turn, way: Walk, *, answers_question: bool) -> Outcome:
    conversation, known = turn.conversation, turn.knowledge
    feedback = turn.flow.name == FEEDBACK_FLOW
    addition = to_addition(
        turn.flow, way.path, conversation, turn.inbound, known.directory.area, known.triage
    )
    whole, report = conversation.answers.get(WHOLE), conversation.answers.get(REPORT)
    agencies = (known.coordinator,) if feedback else whole.codes if whole else ()
    question = report.said if report and answers_question else ""
    outcome = done(turn, Reply(known.texts.thanks if feedback else known.texts.added))
    return outcome._replace(effects=(Add(addition, agencies, question),))


def confirmed(turn: Turn, way: Walk, code: str) -> Outcome:
    """Ask for a report to be opened with its code and sealed for one more agency."""
    step = next((step for step in way.path if step.agency), None)
    answer = way.answers.get(step.name) if step else None
    if step is None or answer is None or answer.value == ConsentLevel.NO:
        return done(turn, Reply(turn.knowledge.texts.unchanged))
    role = turn.conversation.answers.get(ROLE)
    given_by = Involvement(role.codes[0]) if role else Involvement.VICTIM
    agreed = Consent.model_validate(consent(step.agency or "", answer, given_by))
    return Outcome(turn.conversation, effects=(Give(turn.conversation.reference or "", code, agreed),))


def given_told(turn: Turn, consented: Consent, *, given: bool) -> Outcome:
    """Say that one more agency has the report, or that the code was another one's."""
    texts, answers = turn.knowledge.texts, dict(turn.conversation.answers)
    if not given:  # the code is asked for again, nothing of what was chosen is lost
        return asked(turn.knowledge, turn.conversation, Reply(texts.not_given))
    for name in (SHARED, WHOLE):
        codes = dict.fromkeys(answers[name].codes if name in answers else ())
        if name == SHARED or consented.level is ConsentLevel.WITH_DETAILS:
            codes[consented.agency] = None
        answers[name] = _fact(turn, codes)
    with_it = turn.with_(turn.conversation._replace(answers=answers))
    return done(with_it, Reply(texts.given, {"names": _names(turn, (consented.agency,))}))


def done(turn: Turn, *replies: Reply) -> Outcome:
    """Say what was done and offer the rest again; what was answered on the way is forgotten."""
    conversation, known = turn.conversation, turn.knowledge
    flow = known.flows[RETURN_FLOW]
    kept = {name: answer for name, answer in conversation.answers.items() if name in PASSED_ON}
    if _wants(turn) == "answer" and REPORT in kept:
        kept[REPORT] = _fact(turn, [code for code in kept[REPORT].codes if code != "question"])
    if turn.flow.name == FEEDBACK_FLOW and REPORT in kept:
        kept[REPORT] = _fact(turn, [code for code in kept[REPORT].codes if code != "survey"])
    back = conversation._replace(
        flow=flow.name, version=flow.version, stage=Stage.OPEN, answers=kept, parts=(), misses=0
    )
    return asked(known, back, *replies)


def leave(turn: Turn, *replies: Reply) -> Outcome:
    """End the talk about a report that stays as it is; the phone that made it may come back to it."""
    answers = turn.conversation.answers
    if REPORT in answers and answers[REPORT].has(OPENED):  # with its code, perhaps on somebody else's phone
        over = afresh(turn.knowledge, turn.conversation)._replace(stage=Stage.OVER)
        return Outcome(over, (*replies, another(turn.knowledge.texts)))
    kept = {name: answer for name, answer in answers.items() if name in PASSED_ON and name != REPORT}
    sent = afresh(turn.knowledge, turn.conversation)._replace(
        stage=Stage.SENT, reference=turn.conversation.reference, answers=kept
    )
    return Outcome(sent, (*replies, another(turn.knowledge.texts)))


def another(texts: Texts) -> Reply:
    """Offer to make another report."""
    option = Option("new", texts.new_label)
    return Reply(texts.new_report, options=(option,), step=NEW_STEP, numbered=False, entry=Entry.NONE)


def next_report(turn: Turn) -> Conversation:
    """Return a new conversation of the same person; a worker goes on in the flow of workers."""
    conversation, known = turn.conversation, turn.knowledge
    new = afresh(known, conversation)
    role = conversation.answers.get(ROLE)
    asks_role = known.flows[FIRST_FLOW].step(ROLE)
    choice = asks_role.choice(str(role.value)) if role and asks_role else None
    flow = known.flows.get(choice.flow or "") if choice else None
    if flow is None:
        return new
    answers = {**new.answers, **_asked_once(flow.steps, conversation)}
    return new._replace(flow=flow.name, version=flow.version, answers=answers)


def _asked_once(steps: Iterable[Step], conversation: Conversation) -> dict[str, Answer]:
    names = [ROLE, MADE, CHANNEL, *(step.name for step in steps if step.once)]
    return {name: conversation.answers[name] for name in names if name in conversation.answers}


def kept_after_sending(turn: Turn, consents: Iterable[Consent]) -> dict[str, Answer]:
    """Return what is still known here after a report was sent: nothing that was reported."""
    shared = {given.agency: given.level for given in consents if given.allows()}
    kept = _asked_once(turn.flow.steps, turn.conversation) | shared_facts(turn, shared)
    role, made = kept.get(ROLE), turn.conversation.answers.get(MADE)
    if role is None or not role.has(Involvement.SUPPORTER):
        return kept
    references = (*(made.codes if made else ()), turn.inbound.reference)
    return kept | {MADE: _fact(turn, references[-MOST_MADE:])}


def _names(turn: Turn, agencies: Iterable[str]) -> Sayable:
    """Return agencies by the names they are asked about with."""
    titles = {step.agency: step.title or step.ask for step in turn.knowledge.flows[FIRST_FLOW].steps}
    return tuple(titles.get(agency, Phrase("", agency)) for agency in agencies)
