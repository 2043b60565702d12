"""The data dictionary: every field has one place, and every step it names is asked."""

from pathlib import Path

import pytest

from bot.dictionary import PLACES, as_html, as_markdown, dictionary_faults, read_dictionary
from bot.flowfile import areas, read_script
from tests.broken import Folder

ROLE = "{type: enum, purpose: Whose voice it is, asked: [report.role]}"
FAULTS = {
    "no place": (
        "{type: enum, purpose: Whose voice it is}",
        f"flows/dictionary.yaml:1:1: reporter_role: must be one of {', '.join(PLACES)}",
    ),
    "two places": (
        "{type: enum, purpose: Whose voice it is, asked: [report.role], staff: at the desk}",
        f"flows/dictionary.yaml:1:1: reporter_role: must be one of {', '.join(PLACES)}",
    ),
    "a step that is not there": (
        "{type: enum, purpose: Whose voice it is, asked: [report.rule]}",
        (
            "flows/dictionary.yaml:1:65: field 'reporter_role': no flow asks 'report.rule',"
            " did you mean 'report.role'?"
        ),
    ),
    "something only said": (
        "{type: enum, purpose: Whose voice it is, asked: [report.card]}",
        (
            "flows/dictionary.yaml:1:65: field 'reporter_role': no flow asks 'report.card',"
            " did you mean 'report.role'?"
        ),
    ),
}


@pytest.mark.parametrize(("entry", "line"), FAULTS.values(), ids=FAULTS)
def test_a_field_out_of_place_is_a_fault(tmp_path: Path, entry: str, line: str) -> None:
    folder = Folder(tmp_path)
    folder.change("flows/dictionary.yaml", ROLE, entry)

    assert folder.faults() == [line]


def test_a_missing_dictionary_is_a_fault(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (folder.flows / "dictionary.yaml").unlink()

    assert folder.faults() == ["flows/dictionary.yaml:1:1: cannot be read: No such file or directory"]


def test_the_table_says_where_each_field_stands_and_what_is_asked_beside(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    table = as_markdown(read_dictionary(folder.flows), read_script("town", folder.flows).flows)

    lines = table.splitlines()
    assert "| reporter_role | enum | Whose voice it is | asked: report.role, Who is this about? |" in lines
    assert "| risk | enum | Orders the queue | derived: red flags (report.danger) |" in lines
    assert "| outcome | enum | How it ended | staff: set at the desk |" in lines
    assert "| report.why | choices | Why was it? | asked |" in lines
    assert not any(line.startswith("| report.role |") for line in lines)


def test_the_page_holds_the_same_rows_with_signs_as_they_are(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.change("flows/dictionary.yaml", "How it ended", '"<b>How & when</b>"')

    page = as_html(read_dictionary(folder.flows), read_script("town", folder.flows).flows)

    assert '<th scope="row">outcome</th><td>enum</td><td>&lt;b&gt;How &amp; when&lt;/b&gt;</td>' in page


def test_the_field_list_is_whole() -> None:
    assert len(read_dictionary().fields) == 122


@pytest.mark.parametrize("area", areas())
def test_every_step_the_dictionary_names_is_asked(area: str) -> None:
    faults = dictionary_faults(read_dictionary(), read_script(area).flows)

    assert [str(fault) for fault in faults] == []
