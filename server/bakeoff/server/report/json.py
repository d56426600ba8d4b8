"""A report as JSON."""

from google.protobuf.json_format import MessageToJson

from bakeoff.v1 import Report


def render_json(report: Report) -> str:
    """Proto JSON of the report: lowerCamelCase names, 64-bit integers as strings, keys sorted.

    What is absent is left out. Any protobuf library reads it back as `bakeoff.v1.Report`. Ends with
    a line feed.
    """
    return MessageToJson(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
