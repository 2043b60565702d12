"""What people really type, and what each question of the shipped flows makes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import Answer, Inbound
from bot.core.flow import Kind, Step
from bot.core.normal import normal
from bot.core.reading import Doubt, Reading
from bot.core.understanding import understand
from casebridge.report import AnswerState, Value
from tests.understood import (
    AGAIN,
    BOOK,
    PLAINLY,
    READERS,
    SCRIPT,
    STEPS,
    SUNDAY,
    UNKNOWN,
    Row,
    ids,
    understood,
)

ONE: list[Row] = [
    ("role", "1", "victim"),
    ("role", "1.", "victim"),
    ("role", "1)", "victim"),
    ("role", "(1)", "victim"),
    ("role", " 1 ", "victim"),
    ("role", "#1", "victim"),
    ("role", "number 1", "victim"),
    ("role", "Option 2", "witness"),
    ("role", "1 please", "victim"),
    ("role", "１", "victim"),
    ("role", "٢", "witness"),
    ("role", "۲", "witness"),
    ("role", "২", "witness"),
    ("role", "੨", "witness"),
    ("role", "2\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", "witness"),
    ("role", "Me", "victim"),
    ("role", "It happened to me", "victim"),
    ("role", "ME!!!", "victim"),
    ("role", "myself please", "victim"),
    ("role", "a friend", "witness"),
    ("role", "my client", "supporter"),
    ("role", "suport worker", "supporter"),
    ("role", "0", AGAIN),
    ("role", "5", AGAIN),
    ("role", "12", AGAIN),
    ("role", "001", AGAIN),
    ("role", "-", AGAIN),
    ("role", "1 2", AGAIN),
    ("role", "1 or 2", AGAIN),
    ("role", "not me", AGAIN),
    ("role", "it was he", AGAIN),
    ("role", "👍", AGAIN),
    ("role", "", AGAIN),
    ("danger", "No", "no"),
    ("danger", "no.", "no"),
    ("danger", "no thank you", "no"),
    ("danger", "nope", "no"),
    ("danger", "Yes please", "yes"),
    ("danger", "yes thanks", "yes"),
    ("danger", "YES", "yes"),
    ("danger", "\xa0yes\xa0", "yes"),
    ("danger", "yes 😭", "yes"),
    ("danger", "I don’t know", "unsure"),
    ("danger", "maybe", "unsure"),
    ("danger", "now", AGAIN),
    ("danger", "know", AGAIN),
    ("danger", "on no", AGAIN),
    ("danger", "yes and no", AGAIN),
    ("danger", "ok", AGAIN),
    ("danger", "not any more", AGAIN),
    ("danger", "3)", "unsure"),
    ("agreed", "they agree", "yes"),
    ("agreed", "they disagree", AGAIN),
    ("agreed", "unsafe", AGAIN),
    ("agreed", "It is not safe to ask them", "cannot_ask"),
    ("agreed", "it is safe to ask them", AGAIN),
    ("agreed", "it is not save to ask them", "cannot_ask"),
    ("at_home", "yes please", "yes"),
    ("at_home", "no", "no"),
    ("at_home", "noo", AGAIN),
    ("repeat", "first time", "first"),
    ("repeat", "no, first time", "first"),
    ("repeat", "alot", AGAIN),
    ("repeat", "a lot", "many"),
    ("repeat", "evry day", "daily"),
    ("repeat", "every day", "daily"),
    ("repeat", "not every day", AGAIN),
    ("repeat", "3", "many"),
    ("repeat", "3 times", AGAIN),
    ("offender_known", "my neighbour", "neighbour"),
    ("offender_known", "a neighbor", "neighbour"),
    ("offender_known", "by my neighbor", "neighbour"),
    ("offender_known", "nieghbour", "neighbour"),
    ("offender_known", "it was my ex", "family_or_partner"),
    ("offender_known", "the boss", "colleague"),
    ("offender_known", "not my neighbour", AGAIN),
    ("offender_known", "my neighbour and my ex", AGAIN),
    ("offender_known", "other", "other"),
    ("offender_known", "mother", "family_or_partner"),
    ("offender_known", "bother", "family_or_partner"),
    ("offender_known", "unknown", AGAIN),
]  # fmt: skip

SEVERAL: list[Row] = [
    ("why", "1", ("race_or_ethnicity",)),
    ("why", "1 3", ("race_or_ethnicity", "disability")),
    ("why", "1,3", ("race_or_ethnicity", "disability")),
    ("why", "1, 3 and 4", ("race_or_ethnicity", "disability", "sexual_orientation")),
    ("why", "1&3", ("race_or_ethnicity", "disability")),
    ("why", "1+3", ("race_or_ethnicity", "disability")),
    ("why", "1/3", ("race_or_ethnicity", "disability")),
    ("why", "1. 3.", ("race_or_ethnicity", "disability")),
    ("why", "1\n3", ("race_or_ethnicity", "disability")),
    ("why", "3 1 3", ("disability", "race_or_ethnicity")),
    ("why", "١ ٣", ("race_or_ethnicity", "disability")),
    ("why", "١، ٣", ("race_or_ethnicity", "disability")),
    ("why", "10", ("unsure",)),
    ("why", "race", ("race_or_ethnicity",)),
    ("why", "race and religion", ("race_or_ethnicity", "religion_or_belief")),
    ("why", "Race, disability", ("race_or_ethnicity", "disability")),
    ("why", "my religion and my disability", ("religion_or_belief", "disability")),
    ("why", "religon", ("religion_or_belief",)),
    ("why", "religon and disabilty", ("religion_or_belief", "disability")),
    ("why", "Race, colour or ethnicity", ("race_or_ethnicity",)),
    ("why", "race, color or ethnicity", ("race_or_ethnicity",)),
    ("why", "1 and religion", ("race_or_ethnicity", "religion_or_belief")),
    ("why", "idk", ("unsure",)),
    ("why", "12", AGAIN),
    ("why", "13", AGAIN),
    ("why", "1 12", AGAIN),
    ("why", "1-3", AGAIN),
    ("why", "not 1", AGAIN),
    ("why", "1 not 3", AGAIN),
    ("why", "1, not 3", AGAIN),
    ("why", "all of them", AGAIN),
    ("why", "all", AGAIN),
    ("why", "both", AGAIN),
    ("why", "none", AGAIN),
    ("why", "yes", AGAIN),
    ("why", "no idea why", AGAIN),
    ("why", "not gay", AGAIN),
    ("why", "race but not religion", AGAIN),
    ("why", "guy", AGAIN),
    ("kind_of_incident", "insults and spiting", ("verbal_abuse", "physical_assault")),
    ("kind_of_incident", "threats, graffitti", ("threats", "graffiti")),
    ("kind_of_incident", "1 2", ("verbal_abuse", "threats")),
    ("kind_of_incident", "11", ("unsure",)),
    ("kind_of_incident", "no harassment", AGAIN),
    ("kind_of_incident", "insults, no threats", AGAIN),
    ("kind_of_incident", "insults but no threats", AGAIN),
    ("kind_of_incident", "Hitting, pushing or spitting", ("physical_assault",)),
    ("kind_of_incident", "hiting, pushing or spiting", ("physical_assault",)),
    ("kind_of_incident", "treats", ("threats",)),
    ("kind_of_incident", "1 2 3 4 5 6 7 8 9 10 11 12", AGAIN),
]  # fmt: skip


def described(text: str, outcode: str = "") -> Value:
    return {"kind": "described", "text": text} | ({"outcode": outcode} if outcode else {})


PLACES: list[Row] = [
    ("where", "1", {"kind": "home"}),
    ("where", "at home", {"kind": "home"}),
    ("where", "At Home.", {"kind": "home"}),
    ("where", "in the street", {"kind": "street"}),
    ("where", "on the bus", {"kind": "public_transport"}),
    ("where", "outside my house", {"kind": "near_home"}),
    ("where", "at my street", {"kind": "near_home"}),
    ("where", "at the mosque", {"kind": "place_of_worship"}),
    ("where", "in a pub", {"kind": "shop"}),
    ("where", "TS18 1AB", described("TS18 1AB", "TS18")),
    ("where", "ts18", described("ts18", "TS18")),
    ("where", "TS181AB", described("TS181AB", "TS18")),
    ("where", "High Street, Stockton", described("High Street, Stockton")),
    ("where", "14 Yarm Lane ts18 3dr", described("14 Yarm Lane ts18 3dr", "TS18")),
    ("where", "Tesco", described("Tesco")),
    ("where", "no", AGAIN),
    ("where", "No!", AGAIN),
    ("where", "yes", AGAIN),
    ("where", "ok", AGAIN),
    ("where", "okay", AGAIN),
    ("where", "nope", AGAIN),
    ("where", "sure", AGAIN),
    ("where", "hello", AGAIN),
    ("where", "why?", AGAIN),
    ("where", "what", AGAIN),
    ("where", "11", AGAIN),
    ("where", "12", AGAIN),
    ("where", "1 2", AGAIN),
    ("where", "...", AGAIN),
    ("where", "x", AGAIN),
    ("where", "👍", AGAIN),
    ("where", "idk", UNKNOWN),
    ("where", "not sure", UNKNOWN),
    ("where", "I don't know", UNKNOWN),
]  # fmt: skip


CONSENTS: list[Row] = [
    ("consent_case_group", "1", "with_details"),
    ("consent_case_group", "2.", "without_details"),
    ("consent_case_group", "3", "no"),
    ("consent_case_group", "Yes, with everything I wrote", "with_details"),
    ("consent_case_group", "only the facts", "without_details"),
    ("consent_case_group", "No", "no"),
    ("consent_case_group", "no thank you", "no"),
    ("consent_case_group", "yes", PLAINLY),
    ("consent_case_group", "yes please", PLAINLY),
    ("consent_case_group", "everithing", PLAINLY),
    ("consent_case_group", "the facts only", PLAINLY),
    ("consent_case_group", "ok", PLAINLY),
    ("consent_case_group", "4", PLAINLY),
    ("consent_vcas", "Yes", "with_details"),
    ("consent_vcas", "yes please", "with_details"),
    ("consent_vcas", "no", "no"),
    ("consent_vcas", "ok", PLAINLY),
    ("consent_vcas", "okay then", PLAINLY),
    ("consent_vcas", "fine", PLAINLY),
    ("consent_vcas", "sure", PLAINLY),
    ("consent_vcas", "I suppose", PLAINLY),
    ("consent_vcas", "i suppose yes", PLAINLY),
    ("consent_vcas", "👍", PLAINLY),
    ("consent_vcas", "yess", PLAINLY),
    ("consent_vcas", "yes but not my name", PLAINLY),
    ("consent_vcas", "maybe", PLAINLY),
    ("consent_vcas", "not sure", PLAINLY),
    ("consent_vcas", "idk", PLAINLY),
    ("consent_vcas", "whatever you think", PLAINLY),
    ("consent_vcas", "on no", PLAINLY),
    ("consent_vcas", "", PLAINLY),
    ("review", "yes", "send"),
    ("review", "Send it", "send"),
    ("review", "no", "change"),
    ("review", "ok", PLAINLY),
    ("review", "sned", PLAINLY),
]  # fmt: skip

EVERY = [*ONE, *SEVERAL, *PLACES, *CONSENTS]


@pytest.mark.parametrize(("step", "typed", "meant"), EVERY, ids=ids(EVERY))
def test_what_people_type_is_understood_or_asked_again(step: str, typed: str, meant: Value | Doubt) -> None:
    assert understood(step, typed) == meant


@pytest.mark.parametrize(
    "step", [step for step in STEPS.values() if step.choices], ids=lambda step: step.name
)
def test_every_label_typed_out_means_its_choice_in_every_language(step: Step) -> None:
    for language in BOOK.languages:
        for choice in step.choices:
            typed = BOOK.text(choice.label, language.code)

            answer = understood(step.name, typed, language.code)

            if step.kind is Kind.DATE:
                assert not isinstance(answer, Doubt)
            else:
                expected = {
                    Kind.CHOICES: (choice.value,),
                    Kind.THEMES: (choice.value,),
                    Kind.PLACE: {"kind": choice.value},
                }
                assert answer == expected.get(step.kind, choice.value)


ANYTHING = st.text(max_size=300) | st.text("0123456789 .,-/:+@aeyo٣نع", max_size=40)


@settings(max_examples=200, deadline=None)
@given(typed=ANYTHING, step=st.sampled_from(sorted(STEPS)), language=st.sampled_from(["en", "pl", "ar"]))
def test_whatever_is_typed_is_an_answer_or_a_doubt(typed: str, step: str, language: str) -> None:
    answer = understood(step, typed, language)

    assert isinstance(answer, Doubt | str | tuple | dict | None)


@settings(max_examples=200, deadline=None)
@given(typed=ANYTHING)
def test_nothing_but_a_plain_answer_is_a_consent(typed: str) -> None:
    step = STEPS["consent_vcas"]
    plain = {"yes", "yeah", "yes please", "1"}

    answer = understood(step.name, typed)

    assert answer != "with_details" or normal(typed).removesuffix(" please") in plain


def test_the_persons_own_words_are_kept_beside_what_was_understood() -> None:
    reading = Reading("en", BOOK, SCRIPT.texts, READERS)

    answer = understand(STEPS["offender_known"], Inbound("by my Neighbor", SUNDAY), reading)

    assert answer == Answer(AnswerState.ANSWERED, "neighbour", "by my Neighbor", "en", SUNDAY.isoformat())
