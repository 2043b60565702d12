"""A code of their own for a client whose first one a worker has seen, inside the caller's transaction."""

from contextlib import suppress

from sqlalchemy import Connection, select, update

from casebridge import photos, questions
from casebridge.asking import reporter_key
from casebridge.outbox import ADDITION, REPORT
from casebridge.returncode import CodeKeys
from casebridge.sealing import NotEntitled, Tampered, with_code


def own_code(
    connection: Connection, reference: str, before: CodeKeys, after: CodeKeys, envelope_before: bytes
) -> bool:
    """Let another return code find and open the report and all that belongs to it, and the old one nothing.

    False, and nothing is changed, if the report's code or envelope is not what it was (any more).
    Raises NotEntitled, Tampered where the old code does not open that envelope.
    """
    if not envelope_before:
        return False
    changed = connection.execute(
        update(REPORT)
        .where(
            REPORT.c.reference == reference,
            REPORT.c.code_id == before.id,
            REPORT.c.envelope == envelope_before,
        )
        .values(
            code_id=after.id,
            envelope=with_code(envelope_before, before.key, after.key),
            reporter_key=reporter_key(after.key),
            code_shared=False,
        )
    )
    if changed.rowcount == 0:
        return False
    additions = select(ADDITION.c.id, ADDITION.c.envelope).where(ADDITION.c.reference == reference)
    for row in connection.execute(additions.with_for_update()).all():
        with suppress(NotEntitled, Tampered):  # most are sealed without the code: nothing of it dies
            envelope = with_code(row.envelope, before.key, after.key)
            connection.execute(update(ADDITION).where(ADDITION.c.id == row.id).values(envelope=envelope))
    photos.change_code(connection, reference, before.key, after.key)
    questions.change_code(connection, reference, before.key, after.key)
    return True
