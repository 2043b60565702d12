"""A flow as an XLSForm, given to the converter that Kobo and ODK use."""

from pathlib import Path

import openpyxl
import pytest
from pyxform.xls2xform import convert

from bot.core.flow import All, Answered, Any, Condition, Is, Not
from bot.xlsform import expression, write_form, xlsform
from tests.papers import papers

EXPRESSIONS: dict[str, tuple[Condition, str]] = {
    "one of a list": (Is("danger", "yes"), "${danger} = 'yes'"),
    "among several": (Is("why", "age"), "selected(${why}, 'age')"),
    "a place of the list": (Is("where", "home"), "${where} = 'home'"),
    "a place in their own words": (Is("where", "described"), "${where_words} != ''"),
    "a day": (Is("when", "day"), "${when} != ''"),
    "answered": (Answered("story"), "${story} != ''"),
    "a place answered": (Answered("where"), "(${where} != '' or ${where_words} != '')"),
    "words of danger": (Is("noticed", "now"), "selected(${noticed}, 'now')"),
    "an or within an and": (
        All((Any((Is("role", "victim"), Is("role", "witness"))), Not(Is("danger", "yes")))),
        "(${role} = 'victim' or ${role} = 'witness') and not(${danger} = 'yes')",
    ),
}


@pytest.mark.parametrize(("condition", "xpath"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_a_condition_becomes_what_a_form_understands(
    tmp_path: Path, condition: Condition, xpath: str
) -> None:
    flow = papers(tmp_path)[0].flow

    assert expression(condition, flow) == xpath


def test_every_step_is_a_row_of_its_type(tmp_path: Path) -> None:
    _, *rows = xlsform(papers(tmp_path)).survey

    assert [(row[0], row[1], row[-2]) for row in rows] == [
        ("note", "welcome", ""),
        ("select_one role", "role", "yes"),
        ("select_one danger", "danger", "yes"),
        ("note", "card", ""),
        ("select_one go_on", "go_on", "yes"),
        ("text", "story", ""),
        ("select_multiple why", "why", "yes"),
        ("select_one where", "where", ""),
        ("text", "where_words", ""),
        ("date", "when", "yes"),
        ("select_multiple noticed", "noticed", ""),
        ("select_one consent_police", "consent_police", "yes"),
        ("note", "review", ""),
    ]


def test_a_choice_that_leads_to_another_flow_is_not_in_a_form(tmp_path: Path) -> None:
    choices = xlsform(papers(tmp_path)).choices

    assert [row[1] for row in choices if row[0] == "role"] == ["victim", "witness", "supporter"]


def test_each_language_has_a_column_and_what_is_not_translated_is_in_english(tmp_path: Path) -> None:
    head, _, role, danger, *_ = xlsform(papers(tmp_path)).survey

    assert head[2:4] == ("label::English (en)", "label::العربية (ar)")
    assert role[2:4] == ("Who is this about?", "عمّن البلاغ؟")
    assert danger[2:4] == ("Is anyone in danger?", "Is anyone in danger?")


def test_the_converter_takes_the_form_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"

    write_form(papers(tmp_path), path)

    converted = convert(xlsform=path)
    assert converted.warnings == []
    assert '<translation lang="العربية (ar)">' in converted.xform


def test_no_cell_is_a_formula_and_one_flow_makes_one_file(tmp_path: Path) -> None:
    flow = papers(tmp_path)
    paths = (tmp_path / "one.xlsx", tmp_path / "two.xlsx")

    for path in paths:
        write_form(flow, path)

    book = openpyxl.load_workbook(paths[0])
    assert book.sheetnames == ["survey", "choices", "settings"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert paths[0].read_bytes() == paths[1].read_bytes()
