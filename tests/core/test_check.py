"""Faults of every file at once, each one line; warnings beside them."""

import pytest

from tests.broken import PO, Folder

FLOW_FILES = {
    "an unknown key": (
        "    kind: place\n",
        "    kind: place\n    hepl: me\n",
        ["flows/report.yaml:29:5: step 'where': hepl: extra inputs are not permitted"],
    ),
    "two conditions in one": (
        "when: {is: {danger: yes}}",
        "when: {is: {danger: yes}, answered: role}",
        ["flows/report.yaml:18:5: step 'card': when: must be one of is, any, all, not, answered"],
    ),
    "no YAML": (
        "flow: report\n",
        "flow: [report\n",
        ["flows/report.yaml:3:1: expected ',' or ']', but got '?'"],
    ),
}

OTHER_FILES = {
    "an agency no consent names": (
        "flows/areas/town.yaml",
        "services:",
        "  - {id: vcas, name: VCAS, destinations: [desk]}\nservices:",
        ["flows/areas/town.yaml:5:5: agency 'vcas': no consent step asks about it"],
    ),
    "a service for an answer nobody can give": (
        "flows/areas/town.yaml",
        "    contact: 0800 1111\n",
        "    contact: 0800 1111\n    when: {is: {where: hme}}\n",
        [
            (
                "flows/areas/town.yaml:5:1: services: needs a service with 'told: last' and no 'when':"
                " one for everyone, at any hour"
            ),
            (
                "flows/areas/town.yaml:10:17: service 'line': 'hme' is never the answer to 'where',"
                " did you mean 'home'?"
            ),
        ],
    ),
    "a long dash in a service": (
        "flows/areas/town.yaml",
        "contact: 0800 1111",
        "contact: 0800 – 1111",
        [
            (
                "flows/areas/town.yaml:9:5: service 'line': '–' makes a text message take twice the parts,"
                " write it in plain letters and signs"
            )
        ],
    ),
    "a day that is none": (
        "flows/areas/town.yaml",
        "2027-02-01",
        "2027-02-31",
        ["flows/areas/town.yaml:12:5: services.0.review_by: value error, day is out of range for month"],
    ),
    "an entry point whose id no link could hold": (
        "flows/areas/town.yaml",
        "triage:",
        "entry_points:\n  - {id: Main St, name: Main St, kind: poster, checked_on: 2026-11-22}\ntriage:",
        [("flows/areas/town.yaml:22:6: entry_points.0.id: string should match pattern '^[a-z0-9-]{1,40}$'")],
    ),
    "a reception point that was read nowhere": (
        "flows/areas/town.yaml",
        "triage:",
        "entry_points:\n  - {id: hall, name: Hall, kind: reception_point, checked_on: 2026-11-22}\ntriage:",
        [("flows/areas/town.yaml:22:5: entry_points.0: a reception point needs the source it was read in")],
    ),
    "two entry points of one id": (
        "flows/areas/town.yaml",
        "triage:",
        (
            "entry_points:\n"
            "  - {id: poster-1, name: One, kind: poster, checked_on: 2026-11-22}\n"
            "  - {id: poster-1, name: Two, kind: poster, checked_on: 2026-11-22}\n"
            "triage:"
        ),
        ["flows/areas/town.yaml:23:6: entry_points.1.id: this id stands twice"],
    ),
    "a flow in a file of another name": (
        "flows/return.yaml",
        "flow: return",
        "flow: comeback",
        ["flows/return.yaml:1:1: flow 'comeback' must stand in comeback.yaml"],
    ),
    "a text the engine does not say": (
        "flows/texts.yaml",
        "too_long:",
        "much_too_long: Too long.\ntoo_long:",
        ["flows/texts.yaml:LINE:1: text 'much_too_long' is not one the engine says"],
    ),
    "a text without the gap it needs": (
        "flows/texts.yaml",
        'heard: "I noted: {answer}."',
        'heard: "I noted it."',
        ["flows/texts.yaml:LINE:1: text 'heard': has the gaps none where the engine fills {answer}"],
    ),
    "a language that is not the first": (
        "locales/languages.yaml",
        "code: en",
        "code: pl",
        ["locales/languages.yaml:1:3: the first language must be en, in which all else is written"],
    ),
    "a language without dates": (
        "locales/languages.yaml",
        "formats: en_GB",
        "formats: en_XX",
        ["locales/languages.yaml:1:49: 0.formats: babel has no dates and plurals for that"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), FLOW_FILES.values(), ids=FLOW_FILES)
def test_what_is_no_flow_is_one_line(folder: Folder, old: str, new: str, lines: list[str]) -> None:
    folder.change("flows/report.yaml", old, new)

    assert folder.faults() == lines


@pytest.mark.parametrize(("name", "old", "new", "lines"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_fault_beside_the_flows_is_one_line(
    folder: Folder, name: str, old: str, new: str, lines: list[str]
) -> None:
    folder.change(name, old, new)

    line = folder.line_of(name, new.split("\n")[0])
    assert folder.faults() == [fault.replace("LINE", str(line)) for fault in lines]


def test_a_missing_text_and_a_fault_in_a_flow_are_told_at_once(folder: Folder) -> None:
    folder.change("flows/texts.yaml", "too_long: ", "#")
    folder.change("flows/return.yaml", "kind: code", "kind: cod")

    assert [line.split(": ")[0:2] for line in folder.faults()] == [
        ["flows/return.yaml:3:18", "step 'code'"],
        ["flows/texts.yaml:1:1", "text 'too_long' is missing"],
    ]


def test_a_consent_not_translated_keeps_the_language_from_being_offered(polish: Folder) -> None:
    polish.change(PO, 'msgstr "May the police have it?"', 'msgstr ""')

    (fault,) = polish.faults()

    assert fault.split(": ", 1)[1] == "step 'consent_police': is not translated, so 'pl' is not offered"


def test_a_whole_catalogue_has_no_faults(polish: Folder) -> None:
    assert polish.faults() == []


def test_a_fuzzy_consent_keeps_the_language_from_being_offered(polish: Folder) -> None:
    polish.change("flows/report.yaml", "May the police have it?", "May Cleveland Police have it?")
    polish.update_catalogues()

    (fault,) = polish.faults()

    assert fault.split(": ", 1)[1] == (
        "step 'consent_police': is translated for other English, so 'pl' is not offered"
    )


def test_a_catalogue_behind_the_flows_is_a_fault(polish: Folder) -> None:
    polish.change("flows/report.yaml", "Where was it?", "Where did it happen?")

    assert polish.faults() == [f"{PO}:1:1: is behind, run: python -m bot phrases"]


def test_an_open_quote_in_a_catalogue_is_a_fault_with_its_line(polish: Folder) -> None:
    polish.change(PO, 'msgstr "Where was it?"', 'msgstr "Where was it?')

    (fault,) = polish.faults()

    assert fault.endswith(": is no line of a PO file, is a quote missing?")


def test_two_languages_of_one_name_are_a_fault(polish: Folder) -> None:
    polish.change("locales/languages.yaml", "names: polish", "names: English")

    assert polish.faults() == ["locales/languages.yaml:1:1: 'english' means both 'en' and 'pl'"]


def test_a_phrase_said_in_english_is_a_warning(polish: Folder) -> None:
    polish.change(PO, 'msgstr "Where was it?"', 'msgstr ""')

    assert polish.faults() == []
    assert polish.warnings() == [f"{PO}:1:1: phrases said in English: 1, the first is report.where.ask"]


def test_a_service_to_be_looked_at_again_is_a_warning(folder: Folder) -> None:
    folder.change("flows/areas/town.yaml", "2027-02-01", "2026-11-21")

    assert folder.faults() == []
    assert folder.warnings() == [
        "flows/areas/town.yaml:12:5: service 'line': was to be looked at again by 2026-11-21 (The team)"
    ]


def test_a_text_of_a_page_needs_a_context(folder: Folder) -> None:
    folder.write("templates/chat.html", "<p>\n{{ gettext('Leave this page') }}\n</p>")

    assert folder.faults() == [
        "bot/templates/chat.html:2:1: page text 'Leave this page': needs a context of its own, page.…"
    ]


def test_a_page_that_is_no_template_is_a_fault(folder: Folder) -> None:
    folder.write("templates/chat.html", "<p>\n{{ pgettext('page.x', 'X' }}\n</p>")

    assert folder.faults() == ["bot/templates/chat.html:2:1: unexpected '}', expected ')'"]


BLOCK = """\
block: place
steps:
  - step: indoors
    kind: yes_no
    skip: true
    ask: Was it indoors?
    choices:
      - {value: yes, label: "Yes"}
      - {value: no, label: "No"}
"""
USE = ("  - step: consent_police", "  - use: place\n  - step: consent_police")


def test_a_block_is_part_of_every_flow_that_uses_it(folder: Folder) -> None:
    folder.write("flows/blocks/place.yaml", BLOCK)
    folder.change("flows/report.yaml", *USE)

    assert folder.faults() == []


def test_a_block_there_is_not_is_named_where_it_is_used(folder: Folder) -> None:
    folder.change("flows/report.yaml", *USE)

    assert folder.faults() == ["flows/report.yaml:34:5: there is no block 'place' in flows/blocks"]


def test_a_fault_in_a_block_is_told_once_in_its_own_file(folder: Folder) -> None:
    folder.write("flows/blocks/place.yaml", BLOCK.replace("ask:", "aks:"))
    folder.change("flows/report.yaml", *USE)

    assert [fault.split(": ")[0] for fault in folder.faults()] == [
        "flows/blocks/place.yaml:3:5",
        "flows/blocks/place.yaml:6:5",
    ]


def test_a_block_cannot_use_a_block(folder: Folder) -> None:
    folder.write("flows/blocks/place.yaml", BLOCK + "  - use: place\n")
    folder.change("flows/report.yaml", *USE)

    assert folder.faults() == [
        "flows/blocks/place.yaml:10:5: a block holds steps, it cannot use another block"
    ]
