"""However much somebody tells, the answer is sent whole: at most ten messages, the question at their end."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import Option, Reply
from bot.core.cutting import LEFT_OUT, split
from bot.core.flow import Kind
from bot.core.phrases import Phrase
from bot.core.turn import LONGEST_MESSAGE
from bot.fitting import say_on
from bot.handset import LONGEST_SMS, MOST_SMS, MOST_TWIML, fits, sms_texts
from bot.segments import not_gsm
from bot.service import Service
from bot.wording import Message
from tests.making import conversation
from tests.reporter import BySms, Reporter
from tests.talk import KNOWLEDGE, TEXTS

FIXED = settings(deadline=None, derandomize=True, database=None, max_examples=100)
WORDS = {"letters": "x", "families": "👩‍👩‍👧‍👦", "markup": "&<", "Arabic": "قال لي ارجع إلى بلدك. "}


@pytest.mark.parametrize("language", [language.code for language in KNOWLEDGE.phrasebook.languages])
def test_the_longest_read_back_still_ends_with_its_question(client: FlaskClient, language: str) -> None:
    words = "ج" * 19_000
    answers = {"story": words, "where": words, "contact_safe": words}
    reporter = Reporter(BySms(client), language, answers)

    reporter.answer_until(lambda: reporter.question().name == "review")

    assert _ends_with_its_question(reporter)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_a_story_of_any_length_is_kept_whole_and_its_beginning_read_back(
    client: FlaskClient, service: Service, words: str
) -> None:
    story = ("they said " + words * LONGEST_MESSAGE)[:LONGEST_MESSAGE].strip()
    reporter = Reporter(BySms(client), answers={"story": story})

    reporter.answer_until(lambda: reporter.question().name == "review")

    assert conversation(service).answers["story"].value == story
    assert " ...\n" in reporter.heard.text
    assert _ends_with_its_question(reporter)
    assert reporter.go_on_until(lambda: reporter.hears(TEXTS.sent)).code


def test_a_story_in_twenty_one_parts_is_one_story(client: FlaskClient, service: Service) -> None:
    line = BySms(client)
    reporter = Reporter(line)
    reporter.answer_until(lambda: reporter.question().kind is Kind.STORY)
    parts = [f"part {number}: {'they went on and on. ' * 40}".strip() for number in range(1, 22)]

    for part in parts:
        assert part[:40] in line.say(part).text
    reporter.heard = line.say("done")

    assert str(conversation(service).answers["story"].value).split() == " ".join(parts).split()
    reporter.go_on_until(lambda: reporter.question().name == "review")
    assert _ends_with_its_question(reporter)


def test_sixty_long_answers_are_read_back_with_their_middles_left_out() -> None:
    lines = [
        Reply(TEXTS.review_line, {"n": str(n), "title": "Told", "answer": "😡" * 160}, line=n > 1)
        for n in range(1, 61)
    ]
    question = Reply(
        Phrase("t", "Shall I finish?"), options=(Option("yes", Phrase("", "Yes")),), step="review"
    )

    messages = say_on("sms", (*lines, question), "pl", KNOWLEDGE)

    texts = sms_texts(messages)
    note = KNOWLEDGE.phrasebook.text(TEXTS.words_left_out, "pl")
    assert not fits(say_on("web", (*lines, question), "pl", KNOWLEDGE))
    assert len(texts) <= MOST_SMS
    assert texts[0].startswith(f"{note}\n\n1. Told: 😡")
    assert texts[-1].endswith("Shall I finish?\n1 Yes")
    assert [n for n in range(1, 61) if f"{n}. Told" not in "\n".join(texts)] == []


def test_where_a_channel_has_room_nothing_is_left_out() -> None:
    reply = Reply(Phrase("t", "You wrote: {words}"), values={"words": "w " * 20_000})

    (by_web,) = say_on("web", (reply,), "en", KNOWLEDGE)
    by_sms = say_on("sms", (reply,), "en", KNOWLEDGE)

    assert LEFT_OUT not in by_web.text
    assert fits(by_sms)


def test_of_several_long_answers_each_is_shortened_alike_and_a_short_one_not_at_all() -> None:
    texts = {"a": "a" * 30_000, "b": "b" * 20_000, "c": "GHK4-9PQR"}
    reply = Reply(
        Phrase("t", "{a} {b} {c}"), values=texts, options=(Option("yes", Phrase("", "Yes")),), step="s"
    )

    *_, message = say_on("whatsapp", (reply,), "en", KNOWLEDGE)

    shown = {letter: message.text.count(letter) for letter in "ab"}
    assert abs(shown["a"] - shown["b"]) <= 2
    assert shown["a"] > 2_000
    assert message.text.endswith(texts["c"])
    assert [option.label for option in message.options] == ["Yes"]


@FIXED
@given(st.text(st.sampled_from("ab. \nż😡"), max_size=4 * LONGEST_SMS))
def test_a_long_reply_is_cut_and_nothing_of_it_lost(text: str) -> None:
    parts = split(text, LONGEST_SMS)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= LONGEST_SMS for part in parts)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", []),
        ("a" * 1600, [1600]),
        ("a" * 1601, [1600, 1]),
        ("a" * 1599 + " b", [1599, 1]),
        ("a" * 800 + "\n\n" + "b" * 900, [800, 900]),
        ("a" * 800 + ". " + "b" * 900, [801, 900]),
        ("a" * 798 + "\n\n" + "b" * 900, [1600, 100]),
        ("😡" * 801, [800, 1]),
        ("ab " * 3_000, [1598] * 5 + [1004]),
    ],
)
def test_a_long_reply_is_cut_where_it_reads_best(text: str, lengths: list[int]) -> None:
    assert [len(part) for part in split(text, LONGEST_SMS)] == lengths


def test_each_message_is_folded_for_itself() -> None:
    plain, polish = "It’s “here”… " * 90, "“Łódź” – " * 90

    first, second = sms_texts((Message(plain.strip(), "en"), Message(polish, "pl")))

    assert (not_gsm(first), first[:11]) == ("", 'It\'s "here"')
    assert second.startswith("“Łódź” –")


def test_a_message_that_folding_would_make_too_long_is_sent_as_it_was() -> None:
    assert sms_texts((Message("…" * LONGEST_SMS, "en"),)) == ("…" * LONGEST_SMS,)


def test_twiml_that_would_be_too_large_does_not_fit() -> None:
    assert fits((Message("a" * 13_000, "en"),))
    assert not fits((Message("&" * 13_000, "en"),))
    assert not fits((Message("a" * (LONGEST_SMS * MOST_SMS + 1), "en"),))
    assert LONGEST_SMS * MOST_SMS < MOST_TWIML < 64 * 1024


def _ends_with_its_question(reporter: Reporter) -> bool:
    labels = (
        KNOWLEDGE.phrasebook.text(choice.label, reporter.language) for choice in reporter.question().choices
    )
    lines = " ".join(f"{number} {label}" for number, label in enumerate(labels, 1))
    return " ".join(reporter.heard.text.split()).endswith(" ".join(lines.split()))
