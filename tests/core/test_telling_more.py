"""What a person adds to the short report: themes, red flags with their cards, the gate to mediation."""

import pytest

from tests.talk import TEXTS, at_step, telling


def test_what_is_added_is_asked_once_and_only_what_was_chosen() -> None:
    person = at_step("review").says("more", "3")

    assert person.question == "when"
    person.says("yesterday", "street")

    assert person.question == "more"
    assert "When and where" not in [option.label for option in person.messages[-1].options]
    person.says("that is all")
    assert person.question == "review"
    assert "Street or park" in person.heard


@pytest.mark.parametrize("said", ["that is all", "no", "skip", "nothing", "done"])
def test_whoever_has_no_more_to_add_is_back_at_the_read_back(said: str) -> None:
    assert at_step("more").says(said).question == "review"


def test_where_everything_was_added_more_leads_to_correcting_it() -> None:
    person = telling("review").says("more")

    assert person.hears(TEXTS.change_which)


def test_a_kind_is_asked_of_whoever_left_the_story_out() -> None:
    person = at_step("story").says("skip", "1", "no")

    assert person.question == "kind_of_incident"


@pytest.mark.parametrize(
    ("step", "answer", "words"),
    [
        ("present", "yes", "999"),
        ("present", "they may come back", "999"),
        ("hurt", "needs treatment", "111"),
        ("weapon", "3", "101"),
        ("at_risk", "child", "999"),
        ("self_harm", "yes", "116 123"),
        ("helpline", "yes", "0808 2000 247"),
        ("age", "under 18", "0800 1111"),
    ],
)
def test_a_red_flag_shows_its_card_at_once_and_never_blocks_the_report(
    step: str, answer: str, words: str
) -> None:
    family = {"offender_known": "family"} if step == "helpline" else {}
    person = telling(step, **family).says(answer)

    assert words in person.heard
    assert person.question != step


def test_no_helpline_is_shown_to_whoever_says_it_is_not_safe() -> None:
    person = telling("helpline", offender_known="family").says("no")

    assert "0808" not in person.heard


THROUGH = {"offender_known": "neighbour", "contact": "yes"}  # the gate to mediation


def test_mediation_is_asked_through_its_gate() -> None:
    assert telling("consent_mediation", **THROUGH).question == "consent_mediation"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("offender_known", "a stranger"),
        ("offender_known", "family"),
        ("contact", "no"),
        ("danger", "not sure"),
        ("story", "he showed me a knife|done"),
        ("kind_of_incident", "threats"),
        ("kind_of_incident", "1 3"),
        ("kind_of_incident", "harassment"),
        ("present", "they may come back"),
        ("hurt", "2"),
        ("weapon", "seen"),
        ("weapon", "fire"),
        ("at_risk", "child"),
        ("repeat", "many times"),
        ("repeat", "every day"),
        ("repeat", "not sure"),
        ("getting_worse", "worse"),
        ("impact", "fear"),
        ("impact", "unsafe at home"),
    ],
)
def test_mediation_is_not_asked_where_one_thing_speaks_against_it(step: str, answer: str) -> None:
    more = {"repeat": "twice"} if step == "getting_worse" else {}

    person = telling("review", **THROUGH | more | {step: answer})

    assert "consent_mediation" not in person.talk.conversation.answers


def test_mediation_is_not_asked_of_somebody_who_told_only_the_short_report() -> None:
    person = at_step("contact").says("yes", "07700 900123", "no", *["skip"] * 3, "no", "1", "3", "no")

    assert person.question == "review"
