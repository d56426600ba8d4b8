"""How a file was understood, so that a wrong guess is seen."""

from bakeoff.client.display.console import notes
from bakeoff.client.display.resources import LABEL_KINDS
from bakeoff.client.reading import SetFile


def tell_reading(read: SetFile) -> None:
    """Says on stderr what was read, and from which columns."""
    columns = read.columns
    used = [f"text {columns.text!r}"]
    if columns.text_pair is not None:
        used.append(f"pair {columns.text_pair!r}")
    used.append(f"label {columns.label!r} ({LABEL_KINDS[read.label_kind]})")
    used.append("ids are row numbers" if columns.id is None else f"id {columns.id!r}")
    if columns.attributes:
        used.append(f"attributes {', '.join(map(repr, columns.attributes))}")
    notes().print(
        f"Read {read.spool.example_count:,} examples from {read.path.name}: {'; '.join(used)}."
    )
