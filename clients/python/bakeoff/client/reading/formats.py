"""Formats of files, by name and by the ending of a file's name.

A new format is a file beside this one, a line here, and its endings in `options`.
"""

from collections.abc import Callable
from pathlib import Path

from bakeoff.client.errors import InvalidOptionError
from bakeoff.client.reading.arrow import read_arrow
from bakeoff.client.reading.delimited import read_csv, read_tsv
from bakeoff.client.reading.json_lines import read_json_lines
from bakeoff.client.reading.options import ENDINGS, ReadingOptions
from bakeoff.client.reading.parquet import read_parquet
from bakeoff.client.reading.table import Table, refuse

FORMATS: dict[str, Callable[[Path, ReadingOptions], Table]] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_json_lines,
    "parquet": read_parquet,
    "arrow": read_arrow,
}


def read_table(path: Path, options: ReadingOptions) -> Table:
    """The table of a file, in the format that is given or that its name says.

    Raises EvaluationSetFileError for a file that cannot be read and
    InvalidOptionError for a format that there is not.
    """
    if not path.is_file():
        what = "this is not a file." if path.exists() else "there is no such file."
        refuse(path, what, f"Looked for {str(path)!r}.", reason="FILE_NOT_FOUND")
    name = options.format or ENDINGS.get(path.suffix.lower())
    if name is None:
        refuse(
            path,
            f"the ending {path.suffix!r} says no format.",
            f"Name the format: {', '.join(FORMATS)}.",
            reason="FORMAT_UNKNOWN",
        )
    if name not in FORMATS:
        message = f"format must be one of {', '.join(FORMATS)}, got {name!r}."
        raise InvalidOptionError(message)
    if options.delimiter is not None and name not in ("csv", "tsv"):
        message = f"delimiter is for csv and tsv, and {path.name} is {name}."
        raise InvalidOptionError(message)
    try:
        return FORMATS[name](path, options)
    except OSError as failure:
        refuse(
            path,
            f"the file cannot be opened: {failure.strerror}.",
            "Check its permissions.",
            reason="FILE_UNREADABLE",
        )
