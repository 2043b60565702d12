"""What a person lives through, one behaviour a test."""

import pytest

from bot.core.conversation import Stage
from bot.core.effects import Erase, LookUp
from bot.core.flow import KNOWN, Kind
from casebridge.report import AnswerState, ConsentLevel, Urgency, wording_hash
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS, Person, at_step, telling

STEPS = (
    "role", "danger", "story", "why", "contact",
    "consent_case_group", "consent_police", "consent_vcas", "review",
)  # fmt: skip
FURTHER_STEPS = tuple(
    dict.fromkeys(
        step.name
        for flow in KNOWLEDGE.flows.values()
        for step in flow.steps
        if step.asks and step.kind is not Kind.END and step.name not in STEPS
    )
)


def test_a_short_report_asks_its_questions_in_order_and_is_sent() -> None:
    person, asked = Person(), []

    for text in SHORT_REPORT:
        if person.talk.conversation.language and person.question not in asked:
            asked.append(person.question)
        person.says(text)

    assert tuple(asked) == STEPS
    assert person.report.reference in person.heard
    assert person.talk.conversation.stage is Stage.SENT


def test_what_was_sent_is_no_longer_remembered() -> None:
    person = Person().says(*SHORT_REPORT)

    kept = person.talk.conversation.answers
    assert {name: answer.codes for name, answer in kept.items()} == {
        "channel": ("sms",), "role": ("victim",), "shared": ("case_group",), "whole": ("case_group",)
    }  # fmt: skip


def test_a_consent_keeps_the_very_words_that_were_shown() -> None:
    person = at_step("consent_police")
    shown = person.messages[-1]

    person.says("3", "no", "1")

    consent = next(c for c in person.report.consents if c.agency == "police")
    assert consent.wording.split("\n") == [shown.text, *(option.label for option in shown.options)]
    assert consent.wording_hash == wording_hash(consent.wording)
    assert consent.level is ConsentLevel.NO


@pytest.mark.parametrize("word", ["ok", "OK.", "fine", "I suppose", "👍", "whatever", "sure?", "", "maybe"])
def test_no_vague_word_is_a_consent(word: str) -> None:
    person = at_step("consent_case_group").says(word)

    assert person.question == "consent_case_group"
    assert person.messages[-1].step == "consent_case_group"


def test_a_consent_passed_over_is_a_no() -> None:
    person = at_step("consent_police").says("skip")

    assert person.answer("consent_police").value == ConsentLevel.NO
    assert person.answer("consent_police").state is AnswerState.SKIPPED


def test_without_any_consent_nothing_is_sent_and_everything_is_erased() -> None:
    person = at_step("consent_case_group").says("no", "no", "no")

    assert person.hears(TEXTS.review_nobody)
    person.says("1")
    assert person.effects == (Erase(),)
    assert person.hears(TEXTS.not_sent)


def test_an_answer_that_became_irrelevant_never_reaches_the_report() -> None:
    person = at_step("contact").says("yes", "07700 900123", "no", "none", "after six", *["back"] * 5, "no")

    person.says("1", "3", "no", "1")

    details = next(a for a in person.report.answers if a.name == "contact_details")
    assert details.state is AnswerState.NOT_ASKED
    assert details.value is None


def test_skipped_not_known_and_not_asked_stay_apart() -> None:
    person = telling("sent", story="skip", when="don't know", where="skip")

    states = {answer.name: answer.state for answer in person.report.answers}
    assert states["story"] is AnswerState.SKIPPED
    assert states["when"] is AnswerState.DONT_KNOW
    assert states["where"] is AnswerState.SKIPPED
    assert states["agreed"] is AnswerState.NOT_ASKED


def test_danger_now_shows_the_card_and_asks_nothing_but_whether_to_go_on() -> None:
    person = at_step("danger").says("yes")

    assert "999" in person.heard
    assert "55" in person.heard
    assert person.question == "safe_to_go_on"


@pytest.mark.parametrize("call", ["help me", "HELP ME!!", "he is here", "emergency", "999"])
@pytest.mark.parametrize("step", ["story", "more", "where", "consent_police", "review"])
def test_a_call_for_help_shows_the_card_at_any_question(step: str, call: str) -> None:
    person = at_step(step).says(call)

    assert person.messages[0].text == TEXTS.danger_card.text
    assert person.talk.conversation.stage is Stage.PAUSED


def test_a_word_of_violence_in_a_story_shows_a_card_once_and_keeps_the_story() -> None:
    person = at_step("story").says("he had a knife", "a big knife", "done")

    assert person.answer("story").value == "he had a knife\n\na big knife"
    assert not person.hears(TEXTS.concern_card)
    assert at_step("story").says("he had a knife").messages[0].text == TEXTS.concern_card.text


@pytest.mark.parametrize("text", ["he acted like a gunner", "my skilled friend", "burnt toast smell"])
def test_a_danger_word_inside_another_word_is_none(text: str) -> None:
    assert not at_step("story").says(text).hears(TEXTS.concern_card)


def test_words_of_self_harm_show_who_to_talk_to() -> None:
    person = at_step("story").says("i want to die since then")

    assert person.messages[0].text == TEXTS.self_harm_card.text
    assert "116 123" in person.heard


def test_a_red_flag_only_puts_the_report_first() -> None:
    threats = telling("sent", kind_of_incident="threats")
    insults = Person().says(*SHORT_REPORT)

    assert threats.report.urgency is Urgency.URGENT
    assert insults.report.urgency is Urgency.STANDARD


def test_a_story_over_several_messages_is_one_story() -> None:
    person = at_step("story").says("first", "1", "yes", "third\ndone")

    assert person.answer("story").value == "first\n\n1\n\nyes\n\nthird"


def test_starting_a_story_over_throws_it_away() -> None:
    person = at_step("story").says("wrong", "start over", "right", "done")

    assert person.answer("story").value == "right"


def test_a_first_message_that_tells_is_kept_for_the_story() -> None:
    person = Person().says("they threw stones at my window", "1", "1", "no", "done")

    assert person.answer("story").value == "they threw stones at my window"


def test_a_recording_where_words_are_expected_asks_for_words() -> None:
    person = at_step("story").sends()

    assert person.hears(TEXTS.text_wanted)
    assert person.question == "story"


def test_a_second_miss_shows_a_way_out() -> None:
    person = at_step("why").says("blorp", "blorp")

    assert person.hears(TEXTS.unclear_again)
    assert person.hears(TEXTS.menu)


def test_after_sending_the_same_phone_hears_how_far_it_has_come() -> None:
    person = Person().says(*SHORT_REPORT, "hello?")

    assert person.effects == (LookUp(reference=person.talk.conversation.reference or ""),)
    assert person.hears(TEXTS.status_received)


def test_services_end_with_one_that_is_always_open() -> None:
    person = telling("sent", where="1", tenure="my own", consent_safe_at_home="no")

    assert person.report.signposted == ("safe_at_home", "vcas", "victim_support")
    told = next(m.text for m in person.messages if TEXTS.services.text in m.text)
    assert [line.split(":")[0] for line in told.split("\n")[1:]] == ["Safe at Home", "VCAS", "Victim Support"]


def test_a_short_report_needs_ten_answers() -> None:
    """The language apart, which the phone or the page may have chosen."""
    person = Person().says(*SHORT_REPORT)

    assert person.report.answers
    assert len(SHORT_REPORT) - 1 <= 10


WORDS = (
    "help", "back", "skip", "change", "change 2", "change 99", "lang", "lang ar", "later", "delete", "menu",
    "new", "stop", "start", "yes", "", "🙂", "x" * 5000, "\u202e٣", "1 2 3",
)  # fmt: skip


ASKED_ON_PHONES = ("follow_up", "follow_up_hours")


@pytest.mark.parametrize(
    ("step", "channel"),
    [
        (step, channel)
        for step in (*STEPS, *FURTHER_STEPS)
        for channel in ("sms", "telegram", "web")
        if channel != "web" or step not in ASKED_ON_PHONES
    ],
)
def test_every_word_at_every_question_gets_a_reply_and_leaves_a_way_on(step: str, channel: str) -> None:
    """Every question, every command, every channel."""
    there = at_step(step, channel).talk.conversation
    names = {s.name for flow in KNOWLEDGE.flows.values() for s in flow.steps} | KNOWN

    for word in WORDS:
        person = Person(channel)
        person.talk.conversation = there
        person.says(word)

        assert person.heard, word
        person.says("start") if person.talk.conversation.stage is Stage.STOPPED else None
        assert person.says("help").heard, word
        assert "999" in person.heard or person.talk.conversation.language is None, word
        assert set(person.talk.conversation.answers) <= names, word


def test_a_word_of_violence_in_the_story_puts_the_report_first() -> None:
    person = telling("sent", story="he showed me a knife|done")

    assert person.report.urgency is Urgency.URGENT


@pytest.mark.parametrize("step", ["danger", "consent_case_group", "contact"])
def test_polish_no_means_yes_to_some_so_it_is_asked_again(step: str) -> None:
    person = at_step(step).says("lang polski", "no")

    assert person.question == step


def test_a_day_that_cannot_be_read_twice_is_kept_as_it_was_said() -> None:
    person = at_step("when").says("when my son started school")

    assert person.question == "when"
    person.says("the week my son started school")
    assert person.question == "where"
    assert person.answer("when").state is AnswerState.DONT_KNOW
    assert person.answer("when").said == "the week my son started school"
    assert "the week my son started school" in person.heard


@pytest.mark.parametrize("said", ["العرق والدين", "1و2", "١ و ٢", "1 2"])
def test_arabic_and_may_be_written_onto_the_next_word(said: str) -> None:
    person = at_step("why").says("lang العربية", said)

    assert person.answer("why").value == ("race_or_ethnicity", "religion_or_belief")


def test_a_flow_released_while_somebody_is_half_way_goes_on_from_their_answers() -> None:
    person = at_step("contact")
    begun = person.talk.conversation
    old = begun.answers["why"]
    person.talk.conversation = begun._replace(
        version="of last week",
        answers={"role": begun.answers["role"], "story": begun.answers["story"], "gone": old},
    )

    person.says("hello again")
    assert person.question == "danger"
    person.says("no")
    assert person.question == "why"
    person.says("1", "no", "1", "no", "no", "1")

    assert person.report.form_version == "of last week"
    assert "gone" not in {answer.name for answer in person.report.answers}
    assert next(a for a in person.report.answers if a.name == "story").value == "they shouted at me"
