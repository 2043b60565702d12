"""The small set of files that the checks are tried on."""

from pathlib import Path

import pytest

from tests.broken import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Files without a fault."""
    return Folder(tmp_path)


@pytest.fixture
def polish(folder: Folder) -> Folder:
    """The same with a second language, completely translated."""
    folder.add_polish()
    return folder
