"""The public side: a guided conversation by web chat, SMS or Telegram that becomes a report.

A channel turns a request into an `Inbound`; `service.receive` opens one transaction, lets
`core.engine.advance` answer, stores what came back and, when the person has sent their
report, seals it and queues it; the channel turns the replies into the response.

`core` is pure. `flows/` and `locales/` hold every question and every word. What leaves
here is a `casebridge.report.Report`, sealed so that this side cannot read it again.
"""
