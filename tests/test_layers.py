"""The directions of imports, lowest first, and what each tier may never see."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A module imports from its own line and from lines above; never in a circle. `x.*` is all of a package.
LAYERS = (
    ("bot", "casebridge", "casebridge.report"),
    (
        *("bot.core.*", "casebridge.boxes", "casebridge.wrapping", "casebridge.sealing", "casebridge.asking"),
        "casebridge.sealedphoto",
        *("casebridge.returncode", "casebridge.schema"),
    ),
    (
        *("casebridge.settings", "casebridge.yamlfile", "casebridge.wholefile", "casebridge.logs"),
        *(
            "casebridge.chance",
            "casebridge.area",
            "casebridge.routing",
            "casebridge.recipients",
            "casebridge.keyring",
            "casebridge.deskpages",
        ),
        *("casebridge.database", "casebridge.lines", "casebridge.prepared", "bot.settings"),
        *("bot.conditions", "bot.servicefile", "bot.entryfile", "bot.stepfile", "bot.triagefile"),
        *(
            "bot.flowfile",
            "bot.phrasebook",
            "bot.readers",
            "bot.media",
            "bot.photos",
            "bot.arrival",
            "bot.numbers",
        ),
        *("bot.budgets", "bot.pacing"),
        *(
            "bot.wording",
            "bot.wordingfile",
            "bot.segments",
            "bot.folding",
            "bot.handset",
            "bot.fitting",
            "bot.longtext",
            "bot.webpage",
            "bot.keeping",
            "bot.rehearsal",
            "bot.phone",
            "bot.tester",
            "bot.catalogues",
            "bot.check",
            "bot.knowing",
            "bot.hours",
            "bot.outcomes",
            "bot.senders.*",
            "bot.transcript",
        ),
        *("bot.drafts", "bot.dictionary", "bot.sentences", "bot.paper", "bot.diagram", "bot.xlsform"),
        *("bot.typesetting", "bot.script", "bot.leaflet", "bot.button"),
    ),
    (
        *("casebridge.tables", "casebridge.desk.tables", "casebridge.destinations.*", "casebridge.outbox"),
        *("casebridge.owncode", "casebridge.returning", "casebridge.standing", "casebridge.questions"),
        *("casebridge.ledger", "bot.tables", "bot.migrations.*", "bot.migrating", "bot.store", "bot.entries"),
        *("casebridge.photos", "bot.album", "bot.awaited", "bot.draftcode", "bot.optout", "bot.following"),
        *("bot.outgoing", "bot.deciding"),
    ),
    ("bot.forwarding", "bot.finding", "bot.deeds"),
    ("bot.service", "casebridge.worker", "casebridge.desk.*"),
    ("bot.kept", "bot.channels.*", "bot.sending", "bot.reconciling", "bot.fetching", "bot.messenger"),
    (
        *("bot.headers", "bot.app", "bot.serving", "bot.talking", "bot.trial", "bot.cli", "bot.__main__"),
        *("casebridge.cli", "casebridge.__main__"),
    ),
)

# Inside bot.core the first of these know only those before them; all others may know these.
CORE_FIRST = ("normal", "phrases", "texts", "flow", "conversation", "effects")
OUTSIDE_WORLD = {
    "os",
    "io",
    "pathlib",
    "random",
    "secrets",
    "time",
    "socket",
    "subprocess",
    "urllib",
    "logging",
}
CLOCKS_AND_FILES = {"datetime.now", "datetime.utcnow", "date.today", "open", "print", "input"}

# Whoever can import these can read reports. `casebridge.desk.tables` only names columns.
PRIVATE = ("casebridge.keyring", "casebridge.worker", "casebridge.desk", "casebridge.cli")
OPENS_REPORTS = {
    "open_sealed",
    "open_photo",
    "open_original",
    "unwrap",
    "load_pem_private_key",
    "read_keyring",
    "private_keys",
}
LAZY = ("telegram", "twilio.rest", "httpx", "PIL", "alembic", "dateparser", "prometheus_client", "typst")
LONGEST_FILE = 300


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path.read_text(encoding="utf-8")
    for package in ("bot", "casebridge")
    for path in sorted((ROOT / package).rglob("*.py"))
}


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of a source; most are asked for again with one other source beside them."""
    return tuple(ast.walk(ast.parse(source)))


def imported(source: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the full name of everything imported, wherever in the file it stands.

    In `from bot import service` the module is in the alias: it yields `bot.service`.
    """
    for node in nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if inner in known else module


def ours(source: str, known: Iterable[str]) -> set[str]:
    return {name for name in imported(source, known) if name.partition(".")[0] in ("bot", "casebridge", "")}


def layer(module: str) -> int | None:
    """Return the line of a module: the longest pattern that fits names it."""
    fitting = [
        (len(pattern), number)
        for number, patterns in enumerate(LAYERS)
        for pattern in patterns
        if module == pattern or (pattern.endswith(".*") and f"{module}.".startswith(pattern[:-1]))
    ]
    return max(fitting)[1] if fitting else None


def upward(sources: Mapping[str, str]) -> list[str]:
    """Return every import that points up, and every module without a place."""
    found = [f"{module} has no place in LAYERS" for module in sources if layer(module) is None]
    for module, source in sources.items():
        for name in sorted(ours(source, sources)):
            above, own = layer(name), layer(module)
            if above is None or own is None or above > own:
                found.append(f"{module} imports {name}")
    return found


def circles(sources: Mapping[str, str]) -> list[str]:
    graph = {module: ours(source, sources) - {module} for module, source in sources.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" -> ".join(error.args[1])]
    return []


def strangers_in_core(sources: Mapping[str, str]) -> list[str]:
    """Return what bot.core imports or calls that is neither a value nor a rule."""
    found = []
    for module, source in sources.items():
        if not module.startswith("bot.core"):
            continue
        for name in sorted(set(imported(source, sources))):
            root = name.partition(".")[0]
            inside = name.startswith("bot.core") or name == "casebridge.report" or root == "pydantic"
            if not inside and (root not in sys.stdlib_module_names or root in OUTSIDE_WORLD):
                found.append(f"{module} imports {name}")
        found += [f"{module} calls {name}" for name in sorted(called(source) & CLOCKS_AND_FILES)]
    return found


def called(source: str) -> set[str]:
    return {ast.unparse(node.func) for node in nodes(source) if isinstance(node, ast.Call)}


def out_of_core_order(sources: Mapping[str, str]) -> list[str]:
    found = []
    for number, module in enumerate(CORE_FIRST):
        allowed = {f"bot.core.{name}" for name in CORE_FIRST[:number]} | {"casebridge.report"}
        for name in sorted(ours(sources.get(f"bot.core.{module}", ""), sources) - allowed):
            found.append(f"bot.core.{module} imports {name}")
    return found


def private_things_seen(sources: Mapping[str, str]) -> list[str]:
    """Return how the public tier could come to a private key, followed through casebridge."""
    waiting = [(module, module) for module in sources if module.partition(".")[0] == "bot"]
    seen = {module for module, _ in waiting}
    found = []
    while waiting:
        module, way = waiting.pop()
        for name in sorted(ours(sources[module], sources) & sources.keys()):
            if is_private(name):
                found.append(f"{way} -> {name}")
            elif name not in seen:
                seen.add(name)
                waiting.append((name, f"{way} -> {name}"))
    return found + [
        f"{module} names {word}"
        for module in sorted(sources)
        if module.partition(".")[0] == "bot"
        for word in sorted(words(sources[module]) & OPENS_REPORTS)
    ]


def by_name(sources: Mapping[str, str]) -> list[str]:
    """Return what of casebridge follows a module's name that it was given."""
    return [
        module
        for module, source in sources.items()
        if module.partition(".")[0] == "casebridge"
        and words(source) & {"import_module", "importlib", "__import__", "exec", "eval"}
    ]


def words(source: str) -> set[str]:
    """Return every name a source uses, imports or asks of something."""
    all_of_it = nodes(source)
    return (
        {node.id for node in all_of_it if isinstance(node, ast.Name)}
        | {node.attr for node in all_of_it if isinstance(node, ast.Attribute)}
        | {alias.name for node in all_of_it if isinstance(node, ast.ImportFrom) for alias in node.names}
    )


def is_private(module: str) -> bool:
    if module in ("casebridge.desk", "casebridge.desk.tables"):
        return False
    return f"{module}.".startswith(tuple(f"{private}." for private in PRIVATE))


# --- the code as it is -----------------------------------------------------------------------


def test_no_import_points_up() -> None:
    assert upward(SOURCES) == []


def test_no_module_imports_itself_in_a_circle() -> None:
    assert circles(SOURCES) == []


def test_casebridge_knows_nothing_of_bot() -> None:
    casebridge = {module: source for module, source in SOURCES.items() if module.startswith("casebridge")}

    assert [
        module
        for module, source in casebridge.items()
        if any("bot" in n.split(".") for n in ours(source, SOURCES))
    ] == []


def test_only_the_pages_a_setting_names_are_imported_by_name() -> None:
    assert by_name(SOURCES) == ["casebridge.deskpages"]


def test_the_core_knows_only_values_and_rules() -> None:
    assert strangers_in_core(SOURCES) == []


def test_the_first_modules_of_the_core_know_only_those_before_them() -> None:
    assert out_of_core_order(SOURCES) == []


def test_the_public_tier_never_comes_to_a_private_key() -> None:
    assert private_things_seen(SOURCES) == []


def test_the_package_of_the_desk_itself_says_nothing_but_what_it_is() -> None:
    assert [type(node) for node in ast.parse(SOURCES["casebridge.desk"]).body] == [ast.Expr]


def test_heavy_libraries_are_imported_only_when_needed() -> None:
    program = f"import sys, bot.app; print(*(name for name in {LAZY} if name in sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


@pytest.mark.parametrize("module", SOURCES)
def test_a_file_fits_one_sitting(module: str) -> None:
    assert len(SOURCES[module].splitlines()) <= LONGEST_FILE


# --- examples that must be found guilty --------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source", "says"),
    [
        ("bot.core.flow", "from bot.service import receive", "bot.core.flow imports bot.service"),
        ("bot.core.flow", "from bot import service", "bot.core.flow imports bot.service"),
        ("bot.core.flow", "import bot.service", "bot.core.flow imports bot.service"),
        ("bot.core.flow", "import bot.service as s", "bot.core.flow imports bot.service"),
        ("bot.core.flow", "def f():\n    from bot import service", "bot.core.flow imports bot.service"),
        ("bot.core.flow", "if TYPE_CHECKING:\n    import bot.app", "bot.core.flow imports bot.app"),
        ("bot.core.flow", "from ..service import receive", "bot.core.flow imports ..service"),
        ("bot.service", "from bot.channels import sms", "bot.service imports bot.channels.sms"),
        ("casebridge.area", "import casebridge.desk.app", "casebridge.area imports casebridge.desk.app"),
        (
            "casebridge.routing",
            "from casebridge import outbox",
            "casebridge.routing imports casebridge.outbox",
        ),
        ("bot.novelty", "", "bot.novelty has no place in LAYERS"),
    ],
)
def test_an_import_that_points_up_is_found(module: str, source: str, says: str) -> None:
    assert upward(SOURCES | {module: source}) == [says]


@pytest.mark.parametrize(
    "source",
    [
        "from importlib import import_module",
        "import importlib\nimportlib.import_module('bot.service')",
        "__import__('bot.service')",
        "exec('import bot.service')",
    ],
)
def test_an_import_by_name_is_found(source: str) -> None:
    assert "casebridge.area" in by_name(SOURCES | {"casebridge.area": source})


def test_a_circle_is_found() -> None:
    sources = {"bot.core.a": "from bot.core import b", "bot.core.b": "def f():\n    import bot.core.a"}

    assert len(circles(sources)) == 1


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import sqlmodel", "bot.core.flow imports sqlmodel"),
        ("from flask import request", "bot.core.flow imports flask"),
        ("import os", "bot.core.flow imports os"),
        ("from pathlib import Path", "bot.core.flow imports pathlib"),
        ("from casebridge.settings import Settings", "bot.core.flow imports casebridge.settings"),
        ("from casebridge import sealing", "bot.core.flow imports casebridge.sealing"),
        ("from datetime import datetime\ndatetime.now()", "bot.core.flow calls datetime.now"),
        ("from datetime import date\nday = date.today()", "bot.core.flow calls date.today"),
        ("open('x')", "bot.core.flow calls open"),
    ],
)
def test_a_stranger_in_the_core_is_found(source: str, says: str) -> None:
    assert strangers_in_core(SOURCES | {"bot.core.flow": source}) == [says]


def test_a_low_module_of_the_core_that_looks_up_is_found() -> None:
    sources = SOURCES | {"bot.core.phrases": "from bot.core.engine import advance"}

    assert out_of_core_order(sources) == ["bot.core.phrases imports bot.core.engine"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"bot.service": "from casebridge import keyring"}, "bot.service -> casebridge.keyring"),
        ({"bot.service": "import casebridge.desk.cases"}, "bot.service -> casebridge.desk.cases"),
        (
            {
                "bot.service": "from casebridge.area import read_area",
                "casebridge.area": "def f():\n    from casebridge.worker import Worker",
            },
            "casebridge.area -> casebridge.worker",
        ),
        ({"bot.service": "from casebridge.sealing import open_sealed"}, "bot.service names open_sealed"),
        ({"bot.app": "settings.private_keys"}, "bot.app names private_keys"),
    ],
)
def test_a_way_from_the_public_tier_to_a_private_key_is_found(changed: dict[str, str], says: str) -> None:
    found = private_things_seen(SOURCES | changed)

    assert any(line.endswith(says) for line in found)
