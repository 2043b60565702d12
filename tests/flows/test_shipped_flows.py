"""The flows, areas and catalogues as they are shipped."""

from datetime import date

import pytest

from bot.check import check
from bot.flowfile import areas, read_script
from bot.phrasebook import read_languages, read_phrasebook

WRITTEN_ON = date(2026, 11, 22)  # the day the facts in the area files were looked at


@pytest.mark.parametrize("area", areas())
def test_the_shipped_files_have_no_faults(area: str) -> None:
    findings = check(area, WRITTEN_ON)

    assert [str(fault) for fault in findings.faults] == []


@pytest.mark.parametrize("area", areas())
def test_every_language_on_the_list_is_offered(area: str) -> None:
    offered = read_phrasebook(read_script(area)).languages

    assert offered == read_languages()
