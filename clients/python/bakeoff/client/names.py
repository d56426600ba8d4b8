"""Names of resources: `candidates/{id}`, `evaluationSets/{id}`, ..."""

import re

CANDIDATES = "candidates"
EVALUATION_SETS = "evaluationSets"
EVALUATIONS = "evaluations"
TARGETS = "targets"

LONGEST_ID = 128


def resource_name(collection: str, name: str) -> str:
    """The full name of a resource that is given by its name or its id alone."""
    return name if name.startswith(f"{collection}/") else f"{collection}/{name}"


def id_of(name: str) -> str:
    """The last part of a name."""
    return name.rpartition("/")[2]


def target_name(target: str) -> str:
    """The name of a target that is given by its name, its id or its device: `cuda:0`."""
    return resource_name(TARGETS, target.replace(":", "-"))


def id_from(text: str, suffix: str = "") -> str:
    """An id made from a person's words, such as the name of a file.

    Follows `[a-z0-9][a-z0-9._-]{0,127}`; `suffix` is kept whole at the end.
    """
    words = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-") or "unnamed"
    return words[: LONGEST_ID - len(suffix)] + suffix
