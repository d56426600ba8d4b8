"""Predictions beside their examples."""

from collections.abc import Iterable

from rich.table import Table

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, number_text

LONGEST_TEXT_CHARACTERS = 80


def prediction_table(records: Iterable[v1.PredictionRecord]) -> Table:
    """What a candidate answered, one example a row."""
    made = table("id", "text", "expected", "predicted", "probability", "", numbers=("probability",))
    for record in records:
        made.add_row(
            record.example_id,
            _text(record.text),
            _answer(record.label) if record.HasField("label") else ABSENT,
            _answer(record.predicted)
            if record.HasField("predicted")
            else record.prediction.failure or ABSENT,
            _probability(record),
            _mark(record),
        )
    return made


def cut_to_line(text: str) -> str:
    """A text on one line of at most 80 characters; a longer one ends in an ellipsis."""
    line = " ".join(text[: LONGEST_TEXT_CHARACTERS + 1].split())
    if len(text) <= LONGEST_TEXT_CHARACTERS:
        return line
    return f"{line[: LONGEST_TEXT_CHARACTERS - 1]}…"


def _text(text: v1.TextInput) -> str:
    whole = f"{text.text} | {text.text_pair}" if text.HasField("text_pair") else text.text
    return cut_to_line(whole)


def _answer(label: v1.Label) -> str:
    kind = label.WhichOneof("kind")
    if kind == "class_name":
        return label.class_name
    if kind == "class_names":
        return ", ".join(label.class_names.names) or "none"
    return number_text(label.value, "")


def _probability(record: v1.PredictionRecord) -> str:
    found = record.probabilities.get(record.predicted.class_name)
    return "" if found is None else number_text(found, "1")


def _mark(record: v1.PredictionRecord) -> str:
    if not record.HasField("correct"):
        return ""
    return "right" if record.correct else "wrong"
