"""Carries a finished report to the agencies the person agreed to, and shows it to them.

`report` is the contract between the conversation and the agencies; `sealing` and
`routing` decide who can read what; `outbox`, `worker` and `destinations` forward without
losing or doubling; `desk` is where the case group reads and answers. Knows nothing of `bot`.
"""
