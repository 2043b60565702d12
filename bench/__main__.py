"""python -m bench [NAME …] [--quick] [--rows N]: measure, and print what was found."""

import argparse
import importlib
import sys
import time

from bench.measure import DEFAULT_ROWS, Measure, progress

TABLES = ("cost", "engine", "http", "report", "growth", "process", "servers")


def main() -> int:
    """Print each table as soon as it is known; 1 if a must was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which tables: {', '.join(TABLES)}")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, for a first look")
    parser.add_argument("--rows", type=int, default=DEFAULT_ROWS, help="conversations stored for 'growth'")
    given = parser.parse_args()
    unknown = set(given.names) - set(TABLES)
    if unknown:
        parser.error(f"there is no table called {', '.join(sorted(unknown))}")
    measure = Measure(quick=given.quick, rows=given.rows)
    missed = 0
    for name in given.names or TABLES:
        began = time.monotonic()
        progress(f"{name} …")
        table = importlib.import_module(f"bench.{name}").run(measure)
        progress("")
        print(f"{table}\n({time.monotonic() - began:.0f} s)\n", flush=True)
        missed += sum(goal.verdict == "MISSED" for goal in table.goals)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
