"""Joins what the engine knows: flows, languages, services and readers of one area."""

from pathlib import Path

from bot.core.asking import Knowledge
from bot.flowfile import FLOWS, read_script
from bot.phrasebook import read_phrasebook
from bot.readers import LibraryReaders


def read_knowledge(area: str, flows: Path = FLOWS) -> Knowledge:
    """Read flows/ and locales/. Raises FaultyFile with every fault."""
    script = read_script(area, flows)
    phrasebook = read_phrasebook(script)
    readers = LibraryReaders(script.texts, phrasebook)
    coordinator = next((agency.id for agency in script.agencies if agency.coordinates), "")
    return Knowledge(
        script.flows, script.texts, phrasebook, script.directory, readers, script.triage, coordinator
    )
