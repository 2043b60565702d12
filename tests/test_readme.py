"""README and .env.example say what the code reads, no more and no less."""

import re
from pathlib import Path

from bot.settings import Settings
from casebridge.settings import PrivateSettings

ROOT = Path(__file__).parent.parent
NAMES = {name.upper() for name in (*Settings.model_fields, *PrivateSettings.model_fields)}


def test_the_settings_table_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Settings")[1].split("\n## ")[0]

    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == NAMES


def test_the_example_environment_names_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()

    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    defaults = {
        name.upper(): field.default
        for model in (Settings, PrivateSettings)
        for name, field in model.model_fields.items()
    }
    shown = {
        name: getattr(default, "get_secret_value", lambda d=default: str(d))()
        for name, default in defaults.items()
    }
    assert given == shown


def test_every_path_the_readme_names_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    named = re.findall(r"`((?:bot|casebridge|flows|tests|locales)/[\w/.-]*)`", readme)
    pictures = re.findall(r"\]\(([\w/.-]+)\)", readme)

    assert [path for path in (*named, *pictures) if not (ROOT / path).exists()] == []


def test_no_lock_names_a_host_or_a_path() -> None:
    for lock in ROOT.glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert re.findall(r"http[s]?:|file:|--index|--find-links", text) == []
