"""What people who write Polish or Arabic really type, and what is understood of it.

Being asked again is allowed; a wrong answer taken for right is not.
"""

import re

import pytest

from bot.core.commands import Called, Command, called
from bot.core.conversation import Inbound
from bot.core.flow import Step
from bot.core.normal import normal
from bot.core.reading import Doubt, Reading
from bot.core.safety import Danger, danger_in
from bot.core.understanding import understand
from casebridge.report import AnswerState, Value
from tests.talk import KNOWLEDGE, NOON, TEXTS

BOOK = KNOWLEDGE.phrasebook
AGAIN = Doubt.UNCLEAR
PLAINLY = Doubt.NOT_AN_ANSWER
UNKNOWN = AnswerState.DONT_KNOW
Outcome = Value | Doubt | AnswerState


def day(iso: str, part: str = "", precision: str = "day") -> dict[str, str]:
    value = {"kind": "day", "day": iso, "precision": precision}
    return value | {"part": part} if part else value


def place(kind: str) -> dict[str, str]:
    return {"kind": kind}


def step_named(name: str) -> Step:
    return next(step for flow in KNOWLEDGE.flows.values() if (step := flow.step(name)))


def outcome(language: str, step: str, typed: str) -> Outcome:
    reading = Reading(language, BOOK, TEXTS, KNOWLEDGE.readers)
    understood = understand(step_named(step), Inbound(typed, NOON), reading)
    if isinstance(understood, Doubt):
        return understood
    return UNKNOWN if understood.state is UNKNOWN else understood.value


POLISH: list[tuple[str, str, Outcome]] = [
    ("role", "MNIE", "victim"),
    ("role", "mnie to spotkalo", "victim"),
    ("role", "jestem świadkiem", "witness"),
    ("role", "widzialam to", "witness"),
    ("role", "mam kod", "returning"),
    ("role", "sąsiad", AGAIN),
    ("danger", "Tak!", "yes"),
    ("danger", "nie.", "no"),
    ("danger", "nie teraz", "no"),
    ("danger", "nie jestem pewna", "unsure"),
    ("danger", "chyba nie", "unsure"),
    ("danger", "niebezpieczne", AGAIN),
    ("safe_to_go_on", "wrócę tu później", AGAIN),
    ("safe_to_go_on", "jestem bezpieczny", "go_on"),
    ("agreed", "niebezpiecznie pytac", "cannot_ask"),
    ("why", "rasa i religia", ("race_or_ethnicity", "religion_or_belief")),
    ("why", "1,3 oraz 4", ("race_or_ethnicity", "disability", "sexual_orientation")),
    ("why", "bo jestem Polakiem", ("race_or_ethnicity",)),
    ("why", "jestem polką i kobietą", ("race_or_ethnicity", "sex_or_gender")),
    ("why", "plec, wiek", ("sex_or_gender", "age")),
    ("why", "niewiem", ("unsure",)),
    ("kind_of_incident", "wyzwiska", ("verbal_abuse",)),
    ("kind_of_incident", "grozby i pobicie", ("threats", "physical_assault")),
    ("kind_of_incident", "opluli mnie", ("physical_assault",)),
    ("kind_of_incident", "obelgi, plucie", ("verbal_abuse", "physical_assault")),
    ("kind_of_incident", "12", AGAIN),
    ("when", "dziś rano", day("2026-11-18", "morning")),
    ("when", "wczoraj", day("2026-11-17")),
    ("when", "wczoraj wieczorem", day("2026-11-17", "evening")),
    ("when", "wczoraj po poludniu", day("2026-11-17", "afternoon")),
    ("when", "ostatniej nocy", day("2026-11-17")),
    ("when", "przedwczoraj", day("2026-11-16")),
    ("when", "dwa dni temu w nocy", day("2026-11-16", "night")),
    ("when", "w sobotę wieczorem", day("2026-11-14", "evening")),
    ("when", "4 maja", day("2026-05-04")),
    ("when", "04.05.2026", day("2026-05-04")),
    ("when", "4.11", day("2026-11-04")),
    ("when", "jutro", Doubt.FUTURE),
    ("when", "nie pamiętam", UNKNOWN),
    ("when", "kiedyś", AGAIN),
    ("where", "u mnie w domu", place("home")),
    ("where", "przed blokiem", place("near_home")),
    ("where", "w kosciele", place("place_of_worship")),
    ("where", "na przystanku", place("public_transport")),
    (
        "where",
        "High Street TS18 1AB",
        {"kind": "described", "text": "High Street TS18 1AB", "outcode": "TS18"},
    ),
    ("where", "nie wiem", UNKNOWN),
    ("where", "dziękuję", AGAIN),
    ("at_home", "tak", "yes"),
    ("repeat", "nie", "first"),
    ("repeat", "nie pierwszy raz", AGAIN),
    ("repeat", "tak", AGAIN),
    ("repeat", "kilka razy", "few"),
    ("repeat", "ciągle", "daily"),
    ("offender_known", "sasiad", "neighbour"),
    ("offender_known", "moi sąsiedzi", "neighbour"),
    ("offender_known", "byly maz", "family_or_partner"),
    ("offender_known", "szef", "colleague"),
    ("offender_known", "kolega", AGAIN),
    ("contact", "tak, proszę", "yes"),
    ("contact", "nie dziekuje", "no"),
    ("contact_details", "moj numer 07700 900123", {"kind": "phone", "phone": "+447700900123"}),
    ("consent_case_group", "tak", PLAINLY),
    ("consent_case_group", "ze wszystkim", "with_details"),
    ("consent_case_group", "tylko fakty", "without_details"),
    ("consent_police", "do wiadomości", "without_details"),
    ("consent_police", "nie", "no"),
    ("consent_vcas", "Tak.", "with_details"),
    ("consent_vcas", "zgadzam się", "with_details"),
    ("consent_vcas", "nie zgadzam sie", "no"),
    ("consent_vcas", "dobrze", PLAINLY),
    ("consent_vcas", "chyba tak", PLAINLY),
    ("consent_vcas", "niech będzie", PLAINLY),
    ("consent_vcas", "takk", PLAINLY),
    ("review", "wyslij", "send"),
    ("review", "jeszcze nie", "change"),
]

ARABIC: list[tuple[str, str, Outcome]] = [
    ("role", "انا", "victim"),
    ("role", "حصل معي", "victim"),
    ("role", "أنا شاهدة", "witness"),
    ("role", "٢", "witness"),
    ("role", "۳", "supporter"),
    ("role", "عندي كود", "returning"),
    ("danger", "نعم!", "yes"),
    ("danger", "أيوه", "yes"),
    ("danger", "اه", "yes"),
    ("danger", "لأ", "no"),
    ("danger", "مش هلق", "no"),
    ("danger", "مدري", "unsure"),
    ("danger", "لست متأكدة", "unsure"),
    ("danger", "ايه؟", AGAIN),
    ("danger", "مو", AGAIN),
    ("safe_to_go_on", "نعم أتابع", "go_on"),
    ("safe_to_go_on", "ليس الآن", "come_back"),
    ("agreed", "ما بيعرف", "no"),
    ("agreed", "سؤالها غير آمن", "cannot_ask"),
    ("why", "العرق و الدين", ("race_or_ethnicity", "religion_or_belief")),
    ("why", "١ و ٣", ("race_or_ethnicity", "disability")),
    ("why", "١،٣", ("race_or_ethnicity", "disability")),
    ("why", "عنصريه", ("race_or_ethnicity",)),
    ("why", "حجابي", ("religion_or_belief",)),
    ("why", "الدين، العمر", ("religion_or_belief", "age")),
    ("why", "لا اعرف", ("unsure",)),
    ("kind_of_incident", "شتموني", ("verbal_abuse",)),
    ("kind_of_incident", "شتم و تهديد", ("verbal_abuse", "threats")),
    ("kind_of_incident", "كسروا الشباك", ("damage",)),
    ("kind_of_incident", "٢ ٣", ("threats", "physical_assault")),
    ("when", "اليوم", day("2026-11-18")),
    ("when", "صباح اليوم", day("2026-11-18", "morning")),
    ("when", "أمس", day("2026-11-17")),
    ("when", "امبارح بالليل", day("2026-11-17", "night")),
    ("when", "مساء أمس", day("2026-11-17", "evening")),
    ("when", "البارحة الصبح", day("2026-11-17", "morning")),
    ("when", "الليلة الماضية", day("2026-11-17")),
    ("when", "أول أمس", day("2026-11-16")),
    ("when", "اول امبارح الظهر", day("2026-11-16", "afternoon")),
    ("when", "قبل يومين", day("2026-11-16")),
    ("when", "السبت مساء", day("2026-11-14", "evening")),
    ("when", "٤ مايو", day("2026-05-04")),
    ("when", "٤/٥/٢٠٢٦", day("2026-05-04")),
    ("when", "غدا", Doubt.FUTURE),
    ("when", "لا أتذكر", UNKNOWN),
    ("when", "بالليل", AGAIN),
    ("where", "بالبيت", place("home")),
    ("where", "قدام بيتي", place("near_home")),
    ("where", "الباص", place("public_transport")),
    ("where", "المدرسه", place("school_or_college")),
    ("where", "شارع الملكة TS18", {"kind": "described", "text": "شارع الملكة TS18", "outcode": "TS18"}),
    ("where", "شكرا", AGAIN),
    ("repeat", "اول مره", "first"),
    ("repeat", "نعم", AGAIN),
    ("repeat", "مرتين", "few"),
    ("repeat", "كتير", "many"),
    ("repeat", "كل يوم", "daily"),
    ("offender_known", "جارنا", "neighbour"),
    ("offender_known", "من جارتي", "neighbour"),
    ("offender_known", "طليقي", "family_or_partner"),
    ("offender_known", "ما بعرفهم", "stranger"),
    ("contact", "لا شكرا", "no"),
    ("contact_details", "٠٧٧٠٠ ٩٠٠١٢٣", {"kind": "phone", "phone": "+447700900123"}),
    ("consent_case_group", "نعم", PLAINLY),
    ("consent_case_group", "كل شي", "with_details"),
    ("consent_case_group", "نعم الوقائع فقط", "without_details"),
    ("consent_vcas", "نعم", "with_details"),
    ("consent_vcas", "أوافق", "with_details"),
    ("consent_vcas", "لا أوافق", "no"),
    ("consent_vcas", "تمام", PLAINLY),
    ("consent_vcas", "ماشي", PLAINLY),
    ("consent_vcas", "ان شاء الله", PLAINLY),
    ("review", "ارسال", "send"),
    ("review", "لا", "change"),
]


@pytest.mark.parametrize(("step", "typed", "expected"), POLISH)
def test_polish_is_understood_or_asked_again(step: str, typed: str, expected: Outcome) -> None:
    assert outcome("pl", step, typed) == expected


@pytest.mark.parametrize(("step", "typed", "expected"), ARABIC)
def test_arabic_is_understood_or_asked_again(step: str, typed: str, expected: Outcome) -> None:
    assert outcome("ar", step, typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("POMOC", Called(Command.HELP)),
        ("wstecz", Called(Command.BACK)),
        ("pomin", Called(Command.SKIP)),
        ("Zmień 3", Called(Command.CHANGE, "3")),
        ("język", Called(Command.LANGUAGE)),
        ("jezyk polski", Called(Command.LANGUAGE, "pl")),
        ("PÓŹNIEJ", Called(Command.LATER)),
        ("usuń wszystko", Called(Command.DELETE)),
        ("nowe", Called(Command.NEW)),
        ("nie pisz więcej", Called(Command.STOP)),
        ("koniec", None),
        ("مساعدة", Called(Command.HELP)),
        ("رجوع", Called(Command.BACK)),
        ("تخطى", Called(Command.SKIP)),
        ("تغيير ٣", Called(Command.CHANGE, "3")),
        ("لاحقًا", Called(Command.LATER)),
        ("حذف", Called(Command.DELETE)),
        ("بلاغ جديد", Called(Command.NEW)),
        ("توقف", Called(Command.STOP)),
        ("أبدا", None),
    ],
)
def test_commands_of_both_languages(typed: str, expected: Called | None) -> None:
    assert called(normal(typed), TEXTS, BOOK) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Pomocy!", Danger.NOW),
        ("on tu jest", Danger.NOW),
        ("grozili mi nożem", Danger.CONCERN),
        ("powiedział że nas zabije", Danger.CONCERN),
        ("nie chce mi sie zyc", Danger.SELF_HARM),
        ("zabiję się", Danger.SELF_HARM),
        ("spałem dobrze", None),
        ("nie pomogli", None),
        ("النجدة", Danger.NOW),
        ("أنا في خطر", Danger.NOW),
        ("هددني بالسكين", Danger.CONCERN),
        ("قال سأقتلك", Danger.CONCERN),
        ("أفكر بالانتحار", Danger.SELF_HARM),
        ("ما بدي عيش", Danger.SELF_HARM),
        ("قال لي يا انتحاري", None),
        ("كسروا الشباك", None),
    ],
)
def test_danger_is_heard_in_both_languages(typed: str, expected: Danger | None) -> None:
    assert danger_in(normal(typed), TEXTS, BOOK) == expected


# What is named like this in a sentence is a word to be typed.
_NAMED = {"pl": re.compile(r"\b[A-ZĄĆĘŁŃÓŚŹŻ]{4,}\b"), "ar": re.compile(r'"([^"{]+)"')}
_NOT_TYPED = {"SMS", "VCAS", "UNITE", "نعم", "لا", "الوقائع فقط", "لا أعرف بالتأكيد"}


@pytest.mark.parametrize("language", ["pl", "ar"])
def test_every_command_a_sentence_names_is_understood(language: str) -> None:
    phrases = [getattr(TEXTS, name) for name in TEXTS.__slots__ if not name.endswith("_words")]
    phrases += [step.ask for flow in KNOWLEDGE.flows.values() for step in flow.steps]
    said = [BOOK.text(phrase, language).replace('"{words}"', "") for phrase in phrases]
    named = {word for text in said for word in _NAMED[language].findall(text)}
    done = BOOK.normal_words(TEXTS.done_words, language)
    typed = {word for word in named - _NOT_TYPED if normal(word) not in done}
    assert len(typed) >= 8
    assert [word for word in sorted(typed) if called(normal(word), TEXTS, BOOK) is None] == []
    assert named & {word for word in named if normal(word) in done}


@pytest.mark.parametrize("language", ["pl", "ar"])
def test_the_days_given_as_examples_are_understood(language: str) -> None:
    example = BOOK.text(step_named("when").ask, language).rpartition(":")[2]
    days = re.split("[,،]", example.strip(" ."))
    assert [outcome(language, "when", typed) for typed in days] == [day("2026-11-14"), day("2026-05-04")]
