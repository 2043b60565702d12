"""The house rules of English wording: length, and what leads, blames, promises or frightens."""

import re

import pytest

from bot.core.phrases import Phrase
from bot.core.plainness import Avoided, Harm, avoided_flaws, length_flaws, sentences, words
from bot.wordingfile import read_avoided
from tests.broken import Folder

WHERE = "flows/report.yaml:30:5: step 'where': "  # its ask
FIRST_AVOIDED = "phrase: are you sure it was, kind: leading, why: it doubts"

# A whole text of 306 septets: as long as two joined text messages can be.
FULL = "Where was it? " * 21 + "Where was it"

SENTENCES = {
    "one": ("Where was it?", ("Where was it?",)),
    "two": ("Choose one! Or write it.", ("Choose one!", "Or write it.")),
    "a line of its own": ("Your code:\n1234", ("Your code:", "1234")),
    "a quote at the end": ('Say "not sure." We go on.', ('Say "not sure.', "We go on.")),
    "a point inside a number": ("About 2.5 miles away.", ("About 2.5 miles away.",)),
    "a short form": ("A place, e.g. a park.", ("A place, e.g. a park.",)),
    "a colon and dashes": ("Help: call - if you can - 999.", ("Help: call - if you can - 999.",)),
    "nothing": (" ... ", ()),
}

SAID = {
    "itself": ("calm down", "Please calm down."),
    "in capitals": ("NCHI", "This is an nchi"),
    "with signs between": ("100 % safe", "It is 100% safe!"),
    "with a dash": ("non crime", "A non-crime hate incident."),
    "with a curly quote": ("why didn't you", "Why didn’t you call?"),
    "a word's other ending": ("alleg*", "Your allegation was noted."),
    "a word without an ending": ("guarantee*", "We guarantee it."),
    "words between": ("will * arrest*", "They will very soon be arrested."),
    "no words between": ("will * arrest*", "We will arrest them."),
}
NOT_SAID = {
    "a part of a word": ("prove", "Things improve."),
    "another ending without a star": ("prove", "It was proved."),
    "too many words between": ("will * arrest*", "They will look at what you wrote and may arrest."),
    "across two sentences": ("did nothing", "Tell what they did. Nothing is too small."),
    "other words": ("have * proof", "You need no proof."),
}

NO_RULES = {
    "an unknown kind": (
        "{phrase: surely, kind: rude, why: one answer only}",
        "1:20: 0.kind: input should be 'leading', 'blaming', 'promising', 'frightening' or 'jargon'",
    ),
    "no reason": ("{phrase: surely, kind: leading}", "1:3: 0.why: field required"),
    "a star at the end": (
        '{phrase: "we will *", kind: promising, why: nobody knows}',
        "1:4: 0.phrase: must be plain words; '*' ends a word, or stands alone between two",
    ),
    "the sign of a pattern": (
        '{phrase: "sure|surely", kind: leading, why: one answer only}',
        "1:4: 0.phrase: must be plain words; '*' ends a word, or stands alone between two",
    ),
    "a phrase twice": (
        "{phrase: surely, kind: leading, why: a}\n- {phrase: Surely, kind: leading, why: b}",
        "2:4: 'Surely' stands here twice",
    ),
}


def of_words(number: int) -> str:
    return " ".join(["Where", *["now"] * (number - 1)]) + "?"


# --- length -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "parts"), SENTENCES.values(), ids=SENTENCES)
def test_a_text_falls_into_its_sentences(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


def test_a_dash_is_no_word_and_a_number_is_one() -> None:
    assert words("Call 999 - don't wait.") == 4


def test_a_question_may_have_a_sentence_of_twenty_words(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"ask: {of_words(20)}")

    assert folder.faults() == []


def test_a_longer_sentence_in_a_question_is_a_fault(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"ask: Choose. {of_words(21)}")

    assert folder.faults() == [f"{WHERE}has a sentence of 21 words, at most 20 are wanted"]


def test_a_longer_sentence_in_what_is_said_between_is_a_fault(folder: Folder) -> None:
    folder.change("flows/report.yaml", "text: Call 999.", f"text: {of_words(21)}")

    assert folder.faults() == [
        "flows/report.yaml:19:5: step 'card': has a sentence of 21 words, at most 20 are wanted"
    ]


def test_a_longer_sentence_elsewhere_is_free(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"help: {of_words(21)}\n    ask: Where was it?")

    assert folder.faults() == []


def test_twelve_words_a_sentence_on_average_are_not_too_many() -> None:
    questions = (Phrase("report.who.ask", of_words(20)), Phrase("report.where.ask", of_words(4)))

    assert list(length_flaws(questions)) == []


def test_more_than_twelve_words_a_sentence_on_average_are_one_fault(folder: Folder) -> None:
    report = (folder.flows / "report.yaml").read_text(encoding="utf-8")
    longer = re.sub(r"( ask| text): .*", rf"\1: {of_words(14)}", report)
    folder.write("flows/report.yaml", longer)

    assert folder.faults() == [
        (
            "flows/report.yaml:6:5: step 'role': has the longest sentence of all questions, which have"
            " 12.50 words a sentence on average, at most 12 are wanted"
        )
    ]


def test_english_may_take_306_septets(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"ask: {FULL}")

    assert len(FULL) == 306
    assert folder.faults() == []


def test_english_of_more_septets_is_a_fault(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"ask: {FULL}?")

    assert folder.faults() == [f"{WHERE}takes 3 text messages, at most 2 are wanted"]


def test_a_euro_sign_is_two_septets(folder: Folder) -> None:
    folder.change("flows/report.yaml", "ask: Where was it?", f"ask: {FULL[:-1]}€")

    assert folder.faults() == [f"{WHERE}takes 3 text messages, at most 2 are wanted"]


# --- what is not said ---------------------------------------------------------------------------


@pytest.mark.parametrize(("phrase", "text"), SAID.values(), ids=SAID)
def test_what_is_not_said_is_found(phrase: str, text: str) -> None:
    avoided = Avoided(phrase, Harm.BLAMING, "it hurts")

    (flaw,) = avoided_flaws([Phrase("report.where.ask", text)], [avoided])

    assert flaw.says == f"says '{phrase}', which is blaming: it hurts"


@pytest.mark.parametrize(("phrase", "text"), NOT_SAID.values(), ids=NOT_SAID)
def test_other_words_are_free(phrase: str, text: str) -> None:
    avoided = Avoided(phrase, Harm.BLAMING, "it hurts")

    assert list(avoided_flaws([Phrase("report.where.ask", text)], [avoided])) == []


@pytest.mark.parametrize("avoided", read_avoided(), ids=lambda avoided: avoided.phrase)
def test_each_phrase_on_our_list_is_found(avoided: Avoided) -> None:
    text = f"So {avoided.phrase.replace(' * ', ' ever ').replace('*', 's')} now."

    (flaw,) = avoided_flaws([Phrase("texts.later", text)], [avoided])

    assert flaw.says == f"says '{avoided.phrase}', which is {avoided.harm}: {avoided.why}"


def test_our_list_knows_each_kind_of_harm() -> None:
    assert {avoided.harm for avoided in read_avoided()} == set(Harm)


PLACES = {
    "a question": (
        "flows/report.yaml",
        "ask: Where was it?",
        "ask: Are you sure it was there?",
        WHERE,
    ),
    "a choice": (
        "flows/report.yaml",
        "label: At home}",
        "label: Are you sure it was home}",
        "flows/report.yaml:32:23: step 'where': ",
    ),
    "a text of the engine": (
        "flows/texts.yaml",
        "too_long: ",
        "too_long: Are you sure it was one? ",
        "flows/texts.yaml:LINE:1: text 'too_long': ",
    ),
    "a service": (
        "flows/areas/town.yaml",
        "what: listens.",
        "what: are you sure it was.",
        "flows/areas/town.yaml:8:5: service 'line': ",
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "where"), PLACES.values(), ids=PLACES)
def test_what_is_not_said_is_a_fault_wherever_it_stands(
    folder: Folder, name: str, old: str, new: str, where: str
) -> None:
    folder.write("flows/wording.yaml", f"- {{{FIRST_AVOIDED}}}")
    folder.change(name, old, new)

    line = folder.line_of(name, new)
    assert folder.faults() == [
        f"{where.replace('LINE', str(line))}says 'are you sure it was', which is leading: it doubts"
    ]


def test_what_is_not_said_is_a_fault_on_a_page(folder: Folder) -> None:
    folder.write("templates/chat.html", "<p>\n{{ pgettext('page.x', 'It is 100 %% safe.') }}\n</p>")

    (fault,) = folder.faults()

    assert fault.startswith("bot/templates/chat.html:2:1: page text 'page.x': says '100 % safe'")


def test_people_may_type_what_we_do_not_say(folder: Folder) -> None:
    folder.change("flows/report.yaml", "i am the victim", "i am the victim, they did nothing")

    assert folder.faults() == []


# --- the list itself ----------------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "line"), NO_RULES.values(), ids=NO_RULES)
def test_what_is_no_entry_of_the_list_is_one_line(folder: Folder, entry: str, line: str) -> None:
    folder.write("flows/wording.yaml", f"- {entry}\n")

    assert folder.faults() == [f"flows/wording.yaml:{line}"]


def test_a_missing_list_is_a_fault(folder: Folder) -> None:
    (folder.flows / "wording.yaml").unlink()

    assert folder.faults() == ["flows/wording.yaml:1:1: cannot be read: No such file or directory"]
