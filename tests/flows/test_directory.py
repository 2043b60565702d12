"""The directory of Stockton-on-Tees as it is shipped: who is told of what, and what is never told."""

import re
from datetime import UTC, datetime

import pytest

from bot.core.conversation import Reply, Sayable
from bot.core.reach import Codes
from bot.core.signposting import MOST_SERVICES, Service, Told, signpost
from bot.wording import sentence
from tests.talk import KNOWLEDGE, SHORT_REPORT, TEXTS, Person

DIRECTORY = KNOWLEDGE.directory
TOLD = [service for service in DIRECTORY.services if service.told is not Told.BY_STAFF]
WEDNESDAY_NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
WEDNESDAY_NIGHT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
LONGEST_LINE = 160  # characters: one text message, even with "check first"
CALM = {"role": "victim", "danger": "no"}

SITUATIONS = {
    "nothing known": ({}, "vcas victim_support"),
    "race": ({"why": "race_or_ethnicity"}, "vcas victim_support"),
    "religion, which one not said": ({"why": "religion_or_belief"}, "vcas victim_support"),
    "Islam": ({"why": "religion_or_belief", "faith": "muslim"}, "british_muslim_trust vcas victim_support"),
    "Judaism": ({"why": "religion_or_belief", "faith": "jewish"}, "vcas cst"),
    "religion, in danger": ({"why": "religion_or_belief", "danger": "yes"}, "police vcas victim_support"),
    "disability": ({"why": "disability"}, "mencap vcas victim_support"),
    "sexual orientation": ({"why": "sexual_orientation"}, "galop vcas victim_support"),
    "transgender, at home": ({"why": "transgender", "where": "home"}, "galop vcas victim_support"),
    "at home": ({"where": "home"}, "safe_at_home vcas victim_support"),
    "in a described place near home": ({"at_home": "yes"}, "safe_at_home vcas victim_support"),
    "in a home of a housing association": (
        {"where": "home", "tenure": "housing_association"},
        "thirteen vcas victim_support",
    ),
    "a landlord should act": ({"help_wanted": "landlord_action"}, "thirteen vcas victim_support"),
    "refused service": (
        {"kind_of_incident": "refused_service"},
        "citizens_advice_stockton vcas victim_support",
    ),
    "every day": ({"repeat": "daily"}, "civic_enforcement vcas victim_support"),
    "a partner": (
        {"offender_known": "family_or_partner", "helpline": "yes"},
        "national_domestic_abuse mens_advice victim_support",
    ),
    "a partner, in danger": (
        {"offender_known": "family_or_partner", "helpline": "yes", "danger": "yes"},
        "police national_domestic_abuse victim_support",
    ),
    "a partner who may read along": (
        {"offender_known": "family_or_partner", "helpline": "no"},
        "vcas victim_support",
    ),
    "family of a child": (
        {"offender_known": "family_or_partner", "helpline": "yes", "age": "under_18"},
        "childrens_hub vcas childline",
    ),
    "under 18": ({"age": "under_18"}, "vcas childline"),
    "an adult at risk": ({"at_risk": "adult"}, "first_contact vcas victim_support"),
    "words of self-harm": ({"noticed": "self_harm"}, "nhs_111 vcas samaritans"),
    "thoughts of self-harm": ({"self_harm": "yes"}, "nhs_111 vcas samaritans"),
    "a knife is spoken of": ({"noticed": "concern"}, "police vcas victim_support"),
    "a witness who stays unknown": (
        {"role": "witness", "contact": "no"},
        "crimestoppers vcas victim_support",
    ),
}


def told(at: datetime, **answers: str) -> str:
    coded = {name: Codes((value,)) for name, value in (CALM | answers).items()}
    return " ".join(service.id for service in signpost(DIRECTORY, coded, at))


@pytest.mark.parametrize(("answers", "services"), SITUATIONS.values(), ids=SITUATIONS)
def test_each_is_told_of_what_fits(answers: dict[str, str], services: str) -> None:
    assert told(WEDNESDAY_NOON, **answers) == services


def test_at_night_social_care_is_the_duty_team() -> None:
    night = told(WEDNESDAY_NIGHT, at_risk="adult")

    assert night == "emergency_duty_team vcas victim_support"


def test_mediation_is_told_only_through_its_gate() -> None:
    calm = {"offender_known": "neighbour", "repeat": "first", "kind_of_incident": "verbal_abuse"}
    threatened = calm | {"kind_of_incident": "threats"}
    afraid = calm | {"impact": "fear"}
    unasked = {"offender_known": "neighbour", "repeat": "first"}

    assert "mediation" in told(WEDNESDAY_NOON, **calm)
    assert "mediation" not in told(WEDNESDAY_NOON, **threatened)
    assert "mediation" not in told(WEDNESDAY_NOON, **afraid)
    assert "mediation" not in told(WEDNESDAY_NOON, **unasked)


@pytest.mark.parametrize("service", TOLD, ids=lambda service: service.id)
def test_what_is_told_to_people_fits_a_text_message(service: Service) -> None:
    values: dict[str, Sayable] = {"name": service.name, "what": service.what, "contact": service.contact}
    reply = Reply(TEXTS.service_line_unsure, values)

    assert len(sentence(reply, "en", KNOWLEDGE.phrasebook, TEXTS)) <= LONGEST_LINE


def test_nobody_is_sent_to_a_service_without_a_way_to_reach_it() -> None:
    assert [s.id for s in TOLD if s.contact.text == "not known"] == []


def test_stop_hate_uk_is_not_listed_while_nobody_pays_for_it_here() -> None:
    written = " ".join(f"{s.id} {s.name} {s.what.text} {s.contact.text}" for s in DIRECTORY.services)

    assert re.search("stop.?hate|0800 138 1625|0808 802 1155|0808 801 0661", written, re.IGNORECASE) is None


@pytest.mark.parametrize(
    "number",
    ["0303 040 1099", "0300 111 1000", "0808 808 1111", "01642 326326", "0800 111 555", "08702 402994"],
    ids=["VCAS", "Thirteen", "Mencap", "old switchboard", "misprinted", "older duty team"],
)
def test_a_number_nobody_could_confirm_is_told_to_nobody(number: str) -> None:
    assert [s.id for s in DIRECTORY.services if number in s.contact.text] == []


def test_what_is_past_its_day_is_told_with_check_first() -> None:
    fresh = Person(at=WEDNESDAY_NOON).says(*SHORT_REPORT)
    old = Person(at=datetime(2027, 4, 2, tzinfo=UTC)).says(*SHORT_REPORT)

    assert "www.vcas.uk\n" in fresh.heard
    assert "www.vcas.uk (Please check first.)\n" in old.heard


LISTS = [
    told(at, **answers).split()
    for answers, _ in SITUATIONS.values()
    for at in (WEDNESDAY_NOON, WEDNESDAY_NIGHT)
]


def test_two_or_three_are_told_to_everyone() -> None:
    assert {len(services) for services in LISTS} == {MOST_SERVICES - 1, MOST_SERVICES}


def test_the_local_service_is_told_unless_two_others_are_for_a_crisis() -> None:
    crises = {s.id for s in DIRECTORY.services if s.told is Told.FIRST}

    assert [
        services for services in LISTS if "vcas" not in services and not set(services[:2]) <= crises
    ] == []


def test_the_last_is_open_day_and_night() -> None:
    always = {s.id for s in DIRECTORY.services if s.always_open}

    assert {services[-1] for services in LISTS} <= always
