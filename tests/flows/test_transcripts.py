"""Whole talks, kept as text and played again. `--update-transcripts` rewrites them, never in CI."""

from pathlib import Path

import pytest

from bot.transcript import play, read
from tests.talk import KNOWLEDGE

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_talk_reads_as_it_did(path: Path, request: pytest.FixtureRequest) -> None:
    kept = path.read_text(encoding="utf-8")

    played = play(KNOWLEDGE, read(kept))

    if request.config.getoption("--update-transcripts"):
        path.write_text(played, encoding="utf-8")
        return
    assert played == kept


def test_there_are_talks_to_play() -> None:
    assert len(TRANSCRIPTS) >= 8
