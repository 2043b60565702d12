"""Writes a file so that it is there whole or not at all, whatever moment the process dies at."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Write the file unless it is there already; say whether this call wrote it.

    The content is on disk before the name appears. A leftover of a process that died in
    between is `.<name>.….part` beside it, and goes when the file is next written.
    """
    if path.exists():
        _clear_leftovers(path)
        return False
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    ) as part:
        part.write(content)
        part.flush()
        os.fchmod(part.fileno(), mode)
        os.fsync(part.fileno())
    try:
        Path(path).hardlink_to(part.name)  # unlike a rename, never replaces what is there
    except (FileExistsError, FileNotFoundError):  # another writer was first, and may have cleared ours
        if not path.exists():
            raise
        written = False
    else:
        written = True
    _clear_leftovers(path)
    _sync_folder(path.parent)
    return written


def private_folder(path: Path) -> Path:
    """Make the folder, and missing ones above it, for its owner only; return it."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    return path


def _clear_leftovers(path: Path) -> None:
    for part in path.parent.glob(f".{path.name}.*.part"):
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
