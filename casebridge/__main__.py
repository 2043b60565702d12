"""`python -m casebridge`."""

from casebridge.cli import main

main(prog_name="python -m casebridge")
