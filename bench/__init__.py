"""Measures the service, each figure beside a floor or a peer of the same run.

`python -m bench` prints every table, `python -m bench engine http` two of them; `--quick`
is for a first look. Machines differ and their speed wanders, so only ratios mean anything:
whatever is compared runs interleaved, in rounds. Nothing leaves this machine.
"""
