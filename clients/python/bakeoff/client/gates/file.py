"""Gate files."""

from pathlib import Path

from bakeoff.client.errors import GateFileError
from bakeoff.client.gates.gate import Gate

MOST_BYTES = 1 << 20


def read_gate(path: Path) -> Gate:
    """The gate of a file. Raises GateFileError when it cannot be read or is no gate."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode()
    except (OSError, UnicodeDecodeError) as failure:
        message = f"{path} cannot be read: {failure}."
        raise GateFileError(message, path=path) from failure
    if len(content) > MOST_BYTES:
        message = f"{path} must hold at most {MOST_BYTES:,} bytes, and holds more."
        raise GateFileError(message, path=path)
    return parse_gate(text, path)


def parse_gate(text: str, path: Path) -> Gate:
    """The gate of a text in YAML. `path` is named in errors. Raises GateFileError."""
    # A parser of YAML is no weight that every caller of a service should carry.
    from bakeoff.client.gates.document import gate_of

    return gate_of(text, path)
