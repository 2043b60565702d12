"""Which answers put a report where in the queue, by the rules of Stockton-on-Tees and by rules made up."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import Answer
from bot.core.flow import NOTICED, Is
from bot.core.reach import Codes, values_of
from bot.core.safety import Danger
from bot.core.triage import RedFlag, Rules, Weight, triage
from casebridge.report import AnswerState, Urgency
from tests.talk import KNOWLEDGE

RULES = KNOWLEDGE.triage
CALM = {
    "danger": "no",
    "kind_of_incident": "verbal_abuse",
    "present": "no",
    "hurt": "no",
    "weapon": "none",
    "at_risk": "neither",
    "self_harm": "no",
    "where": "street",
    "offender_known": "stranger",
    "how_many": "one",
    "same_people": "no",
    "repeat": "first",
    "reported_before": "none",
    "impact": "none",
    "support": "yes",
    "age": "adult",
    "harder": "none",
}
"""Everything was answered, and nothing of it counts."""

RED_FLAGS = [
    ("danger", "yes", "danger_now"),
    ("danger", "unsure", "danger_now"),
    (NOTICED, "now", "called_for_help"),
    ("present", "here_now", "offender_present"),
    ("present", "coming_back", "offender_present"),
    ("kind_of_incident", "physical_assault", "violence"),
    ("hurt", "needs_treatment", "injury"),
    ("hurt", "hospital", "injury"),
    ("kind_of_incident", "threats", "threats_or_weapon"),
    ("weapon", "seen", "threats_or_weapon"),
    ("weapon", "threatened", "threats_or_weapon"),
    ("weapon", "fire", "threats_or_weapon"),
    ("weapon", "substance", "threats_or_weapon"),
    (NOTICED, "concern", "words_of_violence"),
    ("offender_known", "family_or_partner", "domestic"),
    ("at_risk", "child", "child_or_adult_at_risk"),
    ("at_risk", "adult", "child_or_adult_at_risk"),
    ("age", "under_18", "under_18"),
    ("self_harm", "yes", "self_harm"),
    (NOTICED, "self_harm", "words_of_self_harm"),
]
WEIGHTS = [
    ("hurt", "a_little", "minor_injury", 1),
    ("where", "home", "at_home", 2),
    ("where", "near_home", "near_home", 1),
    ("at_home", "yes", "near_home", 1),
    ("repeat", "few", "happened_few", 1),
    ("repeat", "many", "happened_many", 2),
    ("repeat", "daily", "happened_daily", 3),
    ("getting_worse", "same", "staying_the_same", 1),
    ("getting_worse", "worse", "getting_worse", 2),
    ("same_people", "yes", "same_people", 1),
    ("same_people", "yes_know_home", "same_people_know_home", 2),
    ("how_many", "few", "several_people", 1),
    ("how_many", "many", "several_people", 1),
    ("impact", "fear", "effect_some", 1),
    ("impact", "upset", "effect_some", 1),
    ("impact", "sleep", "effect_some", 1),
    ("impact", "afraid_to_go_out", "effect_much", 2),
    ("impact", "time_off", "effect_much", 2),
    ("impact", "children", "effect_much", 2),
    ("impact", "afraid_at_home", "effect_severe", 3),
    ("impact", "want_to_move", "effect_severe", 3),
    ("support", "some", "some_support", 1),
    ("support", "none", "no_support", 2),
    ("harder", "health", "harder_by_health", 1),
    ("harder", "disability", "harder_by_health", 1),
    ("harder", "age", "harder_by_age_or_language", 1),
    ("harder", "language", "harder_by_age_or_language", 1),
    ("reported_before", "police", "reported_before", 1),
    ("reported_before", "council", "reported_before", 1),
    ("reported_before", "landlord", "reported_before", 1),
    ("reported_before", "school", "reported_before", 1),
    ("reported_before", "employer", "reported_before", 1),
    ("reported_before", "other", "reported_before", 1),
]


def given_answers(answers: Mapping[str, str | tuple[str, ...]]) -> dict[str, Codes]:
    return {name: Codes((value,) if isinstance(value, str) else value) for name, value in answers.items()}


def counting(points: int) -> Rules:
    """Rules of one question that counts as much as that, with the bands of the area."""
    return Rules((), (Weight("it", "it", points, Is("it", "yes")),), RULES.high, RULES.medium)


@pytest.mark.parametrize(("step", "value", "reason"), RED_FLAGS)
def test_a_red_flag_alone_makes_a_report_urgent_and_is_its_reason(step: str, value: str, reason: str) -> None:
    found = triage(RULES, given_answers({**CALM, step: value}))

    assert found == (Urgency.URGENT, (reason,))


@pytest.mark.parametrize(("step", "value", "reason", "points"), WEIGHTS)
def test_an_answer_that_counts_is_a_reason_and_alone_no_band(
    step: str, value: str, reason: str, points: int
) -> None:
    found = triage(RULES, given_answers({**CALM, step: value}))

    assert found == (Urgency.STANDARD, (reason,))
    assert {weight.id: weight.points for weight in RULES.weights}[reason] == points


def test_every_reason_there_is_has_its_example_here() -> None:
    examples = {reason for _, _, reason in RED_FLAGS} | {reason for _, _, reason, _ in WEIGHTS}

    assert examples == {flag.id for flag in RULES.red_flags} | {weight.id for weight in RULES.weights}


def test_a_calm_report_is_standard_for_no_reason() -> None:
    assert triage(RULES, given_answers(CALM)) == (Urgency.STANDARD, ())


def test_a_report_with_nothing_answered_is_standard_for_no_reason() -> None:
    assert triage(RULES, {}) == (Urgency.STANDARD, ())


@pytest.mark.parametrize("state", [s for s in AnswerState if s is not AnswerState.ANSWERED])
def test_a_question_passed_over_adds_nothing(state: AnswerState) -> None:
    passed_over = Answer(state, None, "", "en", "2026-11-18T12:00:00Z")

    found = triage(RULES, {step.name: passed_over for step in KNOWLEDGE.flows["report"].steps})

    assert found == (Urgency.STANDARD, ())


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (1, Urgency.STANDARD),
        (7, Urgency.STANDARD),
        (8, Urgency.MEDIUM),
        (15, Urgency.MEDIUM),
        (16, Urgency.HIGH),
        (99, Urgency.HIGH),
    ],
)
def test_a_band_begins_at_its_threshold(points: int, band: Urgency) -> None:
    assert triage(counting(points), given_answers({"it": "yes"})) == (band, ("it",))


SEVEN = {"where": "home", "repeat": "many", "getting_worse": "worse", "how_many": "few"}
FIFTEEN = {
    "where": "home",
    "repeat": "daily",
    "getting_worse": "worse",
    "same_people": "yes_know_home",
    "how_many": "many",
    "impact": "want_to_move",
    "support": "none",
}


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        pytest.param(SEVEN, Urgency.STANDARD, id="7 points"),
        pytest.param({**SEVEN, "harder": "language"}, Urgency.MEDIUM, id="8 points"),
        pytest.param(FIFTEEN, Urgency.MEDIUM, id="15 points"),
        pytest.param({**FIFTEEN, "reported_before": "council"}, Urgency.HIGH, id="16 points"),
    ],
)
def test_answers_add_up_across_questions(answers: dict[str, str], band: Urgency) -> None:
    assert triage(RULES, given_answers({**CALM, **answers})).band is band


def test_of_several_answers_to_one_question_only_the_heaviest_counts_and_is_the_reason() -> None:
    effects = {"impact": ("fear", "sleep", "afraid_to_go_out", "want_to_move")}

    found = triage(RULES, given_answers({**CALM, **effects}))

    assert found.reasons == ("effect_severe",)


def test_reasons_stand_in_the_order_of_the_rules_and_red_flags_come_first() -> None:
    answers = {"repeat": "daily", "where": "home", "offender_known": "family_or_partner", "danger": "yes"}

    found = triage(RULES, given_answers(answers))

    assert found.reasons == ("danger_now", "domestic", "at_home", "happened_daily")


def test_a_red_flag_outweighs_any_lack_of_points() -> None:
    rules = Rules((RedFlag("flag", Is("flag", "yes")),), (), high=16, medium=8)

    assert triage(rules, given_answers({"flag": "yes"})) == (Urgency.URGENT, ("flag",))


ORDER = (Urgency.STANDARD, Urgency.MEDIUM, Urgency.HIGH, Urgency.URGENT)
ANY_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        step.name: st.sampled_from(values_of(step))
        for step in KNOWLEDGE.flows["report"].steps
        if values_of(step)
    },
)


@given(ANY_ANSWERS, st.sampled_from(Danger))
def test_what_is_noticed_in_words_never_lowers_a_band_nor_takes_a_reason_away(
    answers: dict[str, str], danger: Danger
) -> None:
    without = triage(RULES, given_answers(answers))

    noticed = triage(RULES, given_answers({**answers, NOTICED: danger}))

    assert ORDER.index(noticed.band) >= ORDER.index(without.band)
    assert set(without.reasons) <= set(noticed.reasons)


@given(ANY_ANSWERS, st.data())
def test_one_answer_less_never_raises_a_band(answers: dict[str, str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(answers) or ["danger"]))

    fewer = triage(RULES, given_answers({name: v for name, v in answers.items() if name != gone}))

    assert ORDER.index(fewer.band) <= ORDER.index(triage(RULES, given_answers(answers)).band)
