"""Faults in a directory of services, each the exact line that tells its author."""

from datetime import date

import pytest

from bot.check import check
from tests.broken import TODAY, Folder

TOWN = "flows/areas/town.yaml"
FACTS = ("name", "what", "contact", "who_for", "cost", "hours", "languages", "source", "confidence", "owner")
BROKEN = {
    "an id used twice": (
        "\n  - id: line\n",
        (
            "\n  - {id: line, name: A, what: b, contact: c, who_for: d, cost: e, hours: f, languages: g,"
            ' source: h, confidence: confirmed, checked_on: "2026-11-01", review_by: "2027-02-01", owner: i}'
            "\n  - id: line\n"
        ),
        [f"{TOWN}:7:5: service 'line': this id is used twice"],
    ),
    "a last one that is not always open": (
        "    always_open: true\n",
        "",
        [f"{TOWN}:14:5: service 'line': only a service that is always open can be told last"],
    ),
    "nobody who is there at night": (
        "    told: last\n",
        "    told: last\n    when: {is: {where: home}}\n",
        [
            (
                f"{TOWN}:5:1: services: needs a service with 'told: last' and no 'when':"
                " one for everyone, at any hour"
            )
        ],
    ),
    "hours of one that is always open": (
        "    always_open: true\n",
        '    always_open: true\n    opens: [{days: [mon], from: "09:00", to: "17:00"}]\n',
        [f"{TOWN}:16:5: service 'line': is always open, so it has no hours"],
    ),
    "hours that end before they begin": (
        "    told: last\n    always_open: true\n",
        '    opens: [{days: [mon], from: "22:00", to: "06:00"}]\n',
        [
            (
                f"{TOWN}:5:1: services: needs a service with 'told: last' and no 'when':"
                " one for everyone, at any hour"
            ),
            f"{TOWN}:14:5: service 'line': closes before it opens; write a night as two rows",
        ],
    ),
    "an hour there is not": (
        "    always_open: true\n",
        '    opens: [{days: [mon], from: "9", to: "17:00"}]\n',
        [
            (
                f"{TOWN}:15:27: services.0.opens.0.from: string should match pattern"
                " '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$'"
            )
        ],
    ),
    "a confirmed row left for over a year": (
        "2027-02-01",
        "2027-11-03",
        [(f"{TOWN}:12:5: service 'line': must lie within 366 days after 'checked_on', the row is confirmed")],
    ),
    "a fact there is no place for": (
        "cost: free",
        "cost: free\n    colour: red",
        [f"{TOWN}:18:5: services.0.colour: extra inputs are not permitted"],
    ),
    "a confidence that is none": (
        "confidence: confirmed",
        "confidence: maybe",
        [f"{TOWN}:13:5: services.0.confidence: input should be 'confirmed' or 'unconfirmed'"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_contradicts_itself_is_one_line(
    folder: Folder, old: str, new: str, lines: list[str]
) -> None:
    folder.change(TOWN, old, new)

    assert folder.faults() == lines


def test_an_unconfirmed_row_is_looked_at_again_within_three_months(folder: Folder) -> None:
    folder.change(TOWN, "confidence: confirmed", "confidence: unconfirmed")
    folder.change(TOWN, "2027-02-01", "2027-02-02")

    assert folder.faults() == [
        f"{TOWN}:12:5: service 'line': must lie within 92 days after 'checked_on', the row is unconfirmed"
    ]


@pytest.mark.parametrize("fact", [*FACTS, "checked_on", "review_by"])
def test_a_row_that_lacks_a_fact_is_a_fault_at_that_row(folder: Folder, fact: str) -> None:
    folder.change(TOWN, f"\n    {fact}: ", f"\n    # {fact}: ")

    assert folder.faults() == [f"{TOWN}:6:5: services.0.{fact}: field required"]


def test_a_fact_left_empty_is_a_fault(folder: Folder) -> None:
    folder.change(TOWN, "cost: free", 'cost: ""')

    (fault,) = folder.faults()

    assert fault.endswith("services.0.cost: string should have at least 1 character")


@pytest.mark.parametrize(("today", "lines"), [(date(2027, 2, 1), 0), (date(2027, 2, 2), 1)])
def test_a_row_is_stale_from_the_day_after(folder: Folder, today: date, lines: int) -> None:
    found = check("town", today, flows=folder.flows, locales=folder.locales, templates=folder.templates)

    assert found.faults == ()
    assert [str(warning) for warning in found.warnings] == [
        f"{TOWN}:12:5: service 'line': was to be looked at again by 2027-02-01 (The team)"
    ] * lines


def test_a_row_that_is_not_stale_is_not_a_warning(folder: Folder) -> None:
    assert date(2027, 2, 1) > TODAY
    assert folder.warnings() == []
