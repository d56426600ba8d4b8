"""Resource names, such as `candidates/{id}`, and what an id may look like."""

import re

from bakeoff.server.errors import InvalidNameError

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_ID_RULE = "1 to 128 of a-z, 0-9, '.', '_' and '-', the first a letter or digit"
_SHOWN_CHARACTER_COUNT = 160

CANDIDATES = "candidates"
EVALUATION_SETS = "evaluationSets"
EVALUATIONS = "evaluations"
TARGETS = "targets"


def resource_name(collection: str, resource_id: str, field: str = "id") -> str:
    """Name of a resource, `collection/id`.

    Raises InvalidNameError, with `field` as the field at fault, when the id breaks the rule.
    """
    if not _ID.fullmatch(resource_id):
        msg = f"{field} must be {_ID_RULE}, got {_shown(resource_id)}"
        raise InvalidNameError(msg, field=field)
    return f"{collection}/{resource_id}"


def resource_id(collection: str, name: str, field: str = "name") -> str:
    """Id within a resource name of that collection.

    Raises InvalidNameError, with `field` as the field at fault, when it is not such a name.
    """
    head, _, tail = name.partition("/")
    if head != collection or not _ID.fullmatch(tail):
        msg = f"{field} must be '{collection}/' and then {_ID_RULE}, got {_shown(name)}"
        raise InvalidNameError(msg, field=field)
    return tail


def _shown(text: str) -> str:
    cut = text if len(text) <= _SHOWN_CHARACTER_COUNT else text[:_SHOWN_CHARACTER_COUNT] + "…"
    return repr(cut)
