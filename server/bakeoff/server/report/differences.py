"""Where two messages differ, field by field."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from google.protobuf.message import Message

_MOST_PATHS = 100


def differing_paths(first: Message, second: Message, most: int = _MOST_PATHS) -> list[str]:
    """Paths of the fields that differ, such as `candidates[0].quality[2].value`, at most `most`.

    In the order of the fields. A list of another length, and a message that only one of the two
    has, is named as a whole; an entry of a map by its key, as `software_versions["numpy"]`. Two
    numbers that are both NaN are alike. Raises TypeError for messages of different types.
    """
    if first.DESCRIPTOR is not second.DESCRIPTOR:
        message = (
            f"messages must be of one type; got {first.DESCRIPTOR.full_name} and "
            f"{second.DESCRIPTOR.full_name}"
        )
        raise TypeError(message)
    return list(islice(_of_messages(first, second, ""), most))


def _of_messages(first: Message, second: Message, prefix: str) -> Iterator[str]:
    for field in first.DESCRIPTOR.fields:
        path = f"{prefix}{field.name}"
        ours, theirs = getattr(first, field.name), getattr(second, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            yield from _of_maps(ours, theirs, path)
        elif field.is_repeated:
            yield from _of_lists(ours, theirs, path)
        elif field.has_presence and first.HasField(field.name) != second.HasField(field.name):
            yield path
        else:
            yield from _of_values(ours, theirs, path)


def _of_maps(
    ours: Mapping[object, object], theirs: Mapping[object, object], path: str
) -> Iterator[str]:
    for key in sorted({*ours, *theirs}, key=str):
        entry = f'{path}["{key}"]'
        if key in ours and key in theirs:
            yield from _of_values(ours[key], theirs[key], entry)
        else:
            yield entry


def _of_lists(ours: Sequence[object], theirs: Sequence[object], path: str) -> Iterator[str]:
    if len(ours) != len(theirs):
        yield path
        return
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        yield from _of_values(one, other, f"{path}[{index}]")


def _of_values(one: object, other: object, path: str) -> Iterator[str]:
    if isinstance(one, Message) and isinstance(other, Message):
        yield from _of_messages(one, other, f"{path}.")
    elif one != other and not (_is_nan(one) and _is_nan(other)):
        yield path


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
