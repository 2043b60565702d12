"""Catalogues follow the flows without losing a translation or giving it to another question."""

from pathlib import Path

import pytest

from bot.catalogues import Entry, entries, page_entries, stale_catalogues, updated
from bot.core.phrases import Language, Phrase
from casebridge.yamlfile import FaultyFile

POLISH = Language("pl", "Polski", "ltr", "pl", (), checked=False)
WHERE = Entry(Phrase("report.where.ask", "Where?"), "flows/report.yaml", "a place step")
WHEN = Entry(Phrase("report.when.ask", "When?"), "flows/report.yaml", "a date step")


def translated(catalogue: str, english: str, polish: str) -> str:
    old = f'msgid "{english}"\nmsgstr ""'
    assert catalogue.count(old) == 1
    return catalogue.replace(old, f'msgid "{english}"\nmsgstr "{polish}"')


def last_block(catalogue: str) -> str:
    return catalogue.rstrip("\n").rpartition("\n\n")[2]


def test_a_new_phrase_stands_with_its_context_note_and_file() -> None:
    catalogue = updated("", [WHERE], POLISH)

    assert last_block(catalogue) == (
        '#. a place step\n#: flows/report.yaml\nmsgctxt "report.where.ask"\nmsgid "Where?"\nmsgstr ""'
    )


def test_updating_twice_changes_nothing() -> None:
    once = updated(translated(updated("", [WHERE, WHEN], POLISH), "Where?", "Gdzie?"), [WHEN, WHERE], POLISH)

    assert updated(once, [WHEN, WHERE], POLISH) == once


def test_phrases_stand_in_the_order_people_meet_them() -> None:
    catalogue = updated(updated("", [WHERE, WHEN], POLISH), [WHEN, WHERE], POLISH)

    assert catalogue.index('"When?"') < catalogue.index('"Where?"')


def test_changed_english_keeps_the_translation_as_fuzzy_with_what_it_was_made_for() -> None:
    old = translated(updated("", [WHERE], POLISH), "Where?", "Gdzie?")
    changed = Entry(Phrase("report.where.ask", "Where did it happen?"), WHERE.file, WHERE.note)

    catalogue = updated(old, [changed], POLISH)

    assert last_block(catalogue) == (
        "#. a place step\n"
        "#: flows/report.yaml\n"
        "#, fuzzy\n"
        '#| msgid "Where?"\n'
        'msgctxt "report.where.ask"\n'
        'msgid "Where did it happen?"\n'
        'msgstr "Gdzie?"'
    )


def test_english_changed_twice_still_shows_what_was_translated() -> None:
    old = translated(updated("", [WHERE], POLISH), "Where?", "Gdzie?")
    for text in ("Where did it happen?", "Where was it?"):
        old = updated(old, [Entry(Phrase("report.where.ask", text), WHERE.file, WHERE.note)], POLISH)

    assert '#| msgid "Where?"\nmsgctxt "report.where.ask"\nmsgid "Where was it?"' in old


def test_english_changed_back_is_translated_again() -> None:
    first = translated(updated("", [WHERE], POLISH), "Where?", "Gdzie?")
    changed = Entry(Phrase("report.where.ask", "Where did it happen?"), WHERE.file, WHERE.note)

    assert updated(updated(first, [changed], POLISH), [WHERE], POLISH) == first


def test_a_translation_never_goes_to_another_question_with_the_same_english() -> None:
    twin = Entry(Phrase("report.work_place.ask", "Where?"), WHERE.file, WHERE.note)
    old = translated(updated("", [WHERE], POLISH), "Where?", "Gdzie?")

    assert last_block(updated(old, [WHERE, twin], POLISH)).endswith('msgid "Where?"\nmsgstr ""')


def test_a_question_taken_out_keeps_its_translation_at_the_end() -> None:
    old = translated(updated("", [WHERE, WHEN], POLISH), "Where?", "Gdzie?")

    catalogue = updated(old, [WHEN], POLISH)

    assert last_block(catalogue) == ('#~ msgctxt "report.where.ask"\n#~ msgid "Where?"\n#~ msgstr "Gdzie?"')
    assert updated(catalogue, [WHERE, WHEN], POLISH) == old


def test_a_translators_doubt_comment_and_header_are_kept() -> None:
    old = translated(updated("", [WHERE], POLISH), "Where?", "Gdzie?")
    old = old.replace("#. a place step", "# ask Ola\n#. a place step")
    old = old.replace("flows/report.yaml\n", "flows/report.yaml\n#, fuzzy\n").replace(
        "# Polski.", "# Ola, 2026."
    )

    assert updated(old, [WHERE], POLISH) == old


def test_lines_quotes_and_gaps_survive() -> None:
    entry = Entry(Phrase("texts.x", 'Say "{words}"\nor stop.\\'), "flows/texts.yaml", "at most")

    catalogue = updated("", [entry], POLISH)

    assert (
        '#, python-brace-format\nmsgctxt "texts.x"\nmsgid ""\n"Say \\"{words}\\"\\n"\n"or stop.\\\\"'
        in catalogue
    )
    assert updated(catalogue, [entry], POLISH) == catalogue


def test_a_catalogue_with_an_open_quote_is_not_overwritten() -> None:
    with pytest.raises(FaultyFile, match=r"messages.po:1:1: is no line of a PO file"):
        updated('msgid "a\n', [WHERE], POLISH)


def test_texts_of_pages_are_found_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "chat.html").write_text(
        "<h1>\n{{ pgettext('page.title', 'Report it') }}</h1>", encoding="utf-8"
    )

    assert page_entries(tmp_path) == (
        Entry(Phrase("page.title", "Report it"), "bot/templates/chat.html", "on a page of the web chat", 2),
    )


def test_every_shipped_phrase_has_a_context_of_its_own() -> None:
    contexts = [entry.phrase.context for entry in entries()]

    assert len(contexts) == len(set(contexts))


def test_the_shipped_catalogues_are_up_to_date() -> None:
    assert tuple(stale_catalogues()) == ()
