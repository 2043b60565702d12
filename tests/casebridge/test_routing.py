from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebridge.report import (
    Answer,
    AnswerState,
    Consent,
    ConsentLevel,
    Holds,
    Involvement,
    Permission,
    Report,
    Value,
    wording_hash,
)
from casebridge.routing import addition_views, view_for, views
from tests.casebridge.reports import (
    ADDED,
    ANSWERS,
    AREA,
    CONSENTS,
    NOW,
    make_addition,
    make_consent,
    make_report,
)

COORDINATOR, POLICE, HOUSING = AREA.agencies

CANARY = "zimtstern"
PERMISSION = Permission(
    purpose="statistics",
    given=True,
    wording="May we count it?",
    wording_hash=wording_hash("May we count it?"),
    language="en",
    given_by=Involvement.VICTIM,
    at=NOW,
)
WORDS = st.text(max_size=20).map(lambda text: f"{text}{CANARY}") | st.just(CANARY)
CODES = st.sampled_from(["home", "street", "race", "evening"])


def values(holds: Holds) -> st.SearchStrategy[Value]:
    """A value as the conversation makes it for such an answer, with words wherever it takes any."""
    parts = st.dictionaries(st.sampled_from(["text", "month", "precision", "phone", "ward"]), WORDS)
    match holds:
        case Holds.CODE | Holds.PERSON:
            return CODES | st.lists(CODES, max_size=3).map(tuple)
        case Holds.DAY:
            days = st.just("2026-11-21") | WORDS
            return st.builds(lambda day, more: {**more, "day": day}, days, parts)
        case Holds.PLACE:
            outcodes = st.just("TS18") | WORDS
            return st.builds(
                lambda it, out, more: {**more, "kind": it, "outcode": out}, CODES, outcodes, parts
            )
        case Holds.WORDS | Holds.CONTACT:
            return WORDS | st.lists(WORDS, max_size=3).map(tuple) | parts


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any kind of answer in any state."""
    holds = draw(st.sampled_from(Holds))
    return Answer(
        name=draw(st.sampled_from(["where", "when", "story", "strands"])),
        holds=holds,
        state=draw(st.sampled_from(AnswerState)),
        value=draw(st.none() | values(holds)),
        said=draw(WORDS),
        language="de",
        at=draw(st.sampled_from([None, NOW])),
    )


@given(st.lists(answers(), max_size=8).map(tuple))
def test_no_word_typed_into_any_field_reaches_an_agency_without_details(
    given_answers: tuple[Answer, ...],
) -> None:
    view = view_for(make_report(answers=given_answers), POLICE)

    assert view is not None
    assert CANARY not in view.model_dump_json()


@given(st.lists(answers(), max_size=8).map(tuple))
def test_without_details_there_are_no_words_contact_or_moments(given_answers: tuple[Answer, ...]) -> None:
    view = view_for(make_report(answers=given_answers), POLICE)

    assert view is not None
    assert {answer.holds for answer in view.answers} <= {Holds.CODE, Holds.DAY, Holds.PLACE}
    assert {(answer.said, answer.at) for answer in view.answers} <= {("", None)}
    assert view.submitted_at is None


def test_without_details_what_is_about_the_person_reaches_the_coordinating_agency_alone() -> None:
    age = Answer(name="age", holds=Holds.PERSON, state=AnswerState.ANSWERED, value="under_18")
    consents = (
        make_consent("police", ConsentLevel.WITHOUT_DETAILS),
        make_consent("case_group", ConsentLevel.WITHOUT_DETAILS),
    )
    report = make_report(answers=(age,), consents=consents)

    police, group = view_for(report, POLICE), view_for(report, COORDINATOR)

    assert police is not None
    assert group is not None
    assert police.answers == ()
    assert [answer.value for answer in group.answers] == ["under_18"]


@given(st.sampled_from(ConsentLevel), st.sampled_from(ConsentLevel))
def test_an_agency_gets_something_exactly_if_it_was_consented_to(
    police: ConsentLevel, housing: ConsentLevel
) -> None:
    report = make_report(consents=(make_consent("police", police), make_consent("housing", housing)))

    found = views(report, AREA)

    allowed = {"police": police, "housing": housing}
    assert found.keys() == {agency for agency, level in allowed.items() if level is not ConsentLevel.NO}
    assert all(view.agency == agency and view.level is allowed[agency] for agency, view in found.items())


def test_an_agency_nobody_was_asked_about_gets_nothing() -> None:
    assert views(make_report(consents=()), AREA) == {}


def test_with_details_an_agency_has_every_answer() -> None:
    report = make_report(consents=(make_consent("police"),))

    view = view_for(report, POLICE)

    assert view == report.model_copy(update={"agency": "police"})


def test_without_details_leaves_codes_month_and_outward_code() -> None:
    view = view_for(make_report(), POLICE)

    assert view is not None
    assert {answer.name: answer.value for answer in view.answers} == {
        "strands": ("race", "religion"),
        "when": {"month": "2026-11"},
        "where": {"kind": "home", "outcode": "TS18"},
        "repeat": None,
    }
    assert view.answers[-1].state is AnswerState.REFUSED
    assert view.submitted_on == make_report().submitted_on


@pytest.mark.parametrize(
    ("holds", "value"),
    [
        pytest.param(Holds.DAY, {"day": "last Eid", "precision": "day"}, id="a day in words"),
        pytest.param(Holds.DAY, {"day": "٢٠٢٦-١١-٢١"}, id="a day in other digits"),
        pytest.param(Holds.DAY, "2026-11-21", id="a day without a name"),
        pytest.param(Holds.CODE, {"kind": "home"}, id="a code with parts"),
        pytest.param(Holds.CODE, "My neighbour Tom", id="a code in words"),
        pytest.param(Holds.PLACE, "home", id="a place without parts"),
    ],
)
def test_a_value_of_an_unexpected_shape_is_left_out(holds: Holds, value: Value) -> None:
    answer = Answer(name="it", holds=holds, state=AnswerState.ANSWERED, value=value)

    view = view_for(make_report(answers=(answer,)), POLICE)

    assert view is not None
    assert view.answers == (answer.model_copy(update={"value": None}),)


@pytest.mark.parametrize("outcode", ["TS18 1AA", "ts18", "TS18\n", "12 Yarm Lane"])
def test_only_an_outward_code_passes_as_one(outcode: str) -> None:
    place = {"kind": "home", "outcode": outcode}
    answer = Answer(name="where", holds=Holds.PLACE, state=AnswerState.ANSWERED, value=place)

    view = view_for(make_report(answers=(answer,)), POLICE)

    assert view is not None
    assert view.answers[0].value == {"kind": "home"}


def test_the_coordinator_sees_every_consent_and_others_their_own() -> None:
    assert _consents(view_for(make_report(), COORDINATOR)) == CONSENTS
    assert [consent.agency for consent in _consents(view_for(make_report(), POLICE))] == ["police"]


def test_a_consent_without_details_keeps_its_words_and_its_day_only() -> None:
    (consent,) = _consents(view_for(make_report(), POLICE))

    assert consent == CONSENTS[1].model_copy(update={"at": datetime(2026, 11, 22, tzinfo=UTC)})


REASONS = st.lists(st.sampled_from(["domestic", "self_harm", "at_home"]), min_size=1).map(tuple)


@given(REASONS, st.sampled_from(ConsentLevel), st.sampled_from(ConsentLevel), st.sampled_from(ConsentLevel))
def test_only_the_coordinator_has_the_reasons_for_a_band_and_the_help_named_whatever_was_agreed(
    reasons: tuple[str, ...], coordinator: ConsentLevel, police: ConsentLevel, housing: ConsentLevel
) -> None:
    levels = {"case_group": coordinator, "police": police, "housing": housing}
    consents = tuple(make_consent(agency, level) for agency, level in levels.items())

    found = views(make_report(consents=consents, reasons=reasons, signposted=reasons), AREA)

    assert {agency: view.signposted for agency, view in found.items()} == {
        agency: view.reasons for agency, view in found.items()
    }
    assert {agency: view.reasons for agency, view in found.items()} == {
        agency: reasons if agency == "case_group" else ()
        for agency, level in levels.items()
        if level is not ConsentLevel.NO
    }


@given(st.sampled_from(ConsentLevel), st.sampled_from(ConsentLevel))
def test_only_the_coordinator_has_the_permissions_and_without_details_their_day_only(
    coordinator: ConsentLevel, police: ConsentLevel
) -> None:
    consents = (make_consent("case_group", coordinator), make_consent("police", police))

    found = views(make_report(consents=consents, permissions=(PERMISSION,)), AREA)

    day = datetime(2026, 11, 22, tzinfo=UTC)
    at = {ConsentLevel.WITH_DETAILS: NOW, ConsentLevel.WITHOUT_DETAILS: day}
    kept = {agency: [permission.at for permission in view.permissions] for agency, view in found.items()}
    expected = {"case_group": coordinator, "police": police}
    assert kept == {
        agency: [at[level]] if agency == "case_group" else []
        for agency, level in expected.items()
        if level is not ConsentLevel.NO
    }


def test_an_addition_is_seen_as_its_report_is() -> None:
    levels = {
        "case_group": ConsentLevel.WITH_DETAILS,
        "police": ConsentLevel.WITHOUT_DETAILS,
        "housing": ConsentLevel.NO,
    }
    addition = make_addition(reasons=("domestic",), permissions=(PERMISSION,))

    found = addition_views(addition, levels, AREA)

    assert found.keys() == {"case_group", "police"}
    assert found["case_group"] == addition.model_copy(update={"agency": "case_group"})
    assert ADDED not in found["police"].model_dump_json()
    assert (found["police"].reasons, found["police"].permissions) == ((), ())
    assert found["police"].addition == addition.addition


def test_a_reason_names_itself_in_no_other_view_at_all() -> None:
    report = make_report(reasons=(CANARY,))

    seen = {agency: CANARY in view.model_dump_json() for agency, view in views(report, AREA).items()}

    assert seen == {"case_group": True, "police": False}


def test_the_last_answer_about_an_agency_counts() -> None:
    consents = (make_consent("police"), make_consent("police", ConsentLevel.NO))

    assert view_for(make_report(consents=consents), POLICE) is None


def test_making_a_view_leaves_the_report_as_it_was() -> None:
    report = make_report()

    views(report, AREA)

    assert report == make_report(answers=ANSWERS, consents=CONSENTS)


def _consents(view: Report | None) -> tuple[Consent, ...]:
    assert view is not None
    return view.consents
