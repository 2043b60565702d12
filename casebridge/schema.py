"""The published JSON Schema of the report contract (2020-12)."""

from typing import Any

from casebridge.report import Report


def report_schema() -> dict[str, Any]:
    """Return the schema of a report as agencies receive it.

    Receivers must let pass what they do not know: the contract may gain fields, so the
    schema does not forbid them, although our own reader does.
    """
    schema = Report.model_json_schema(mode="serialization")
    open_schema: dict[str, Any] = _let_fields_be_added(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **open_schema}


def _let_fields_be_added(node: Any) -> Any:
    match node:
        case dict():
            return {
                key: _let_fields_be_added(value)
                for key, value in node.items()
                if not (key == "additionalProperties" and value is False)
            }
        case list():
            return [_let_fields_be_added(value) for value in node]
        case _:
            return node
