"""What each task means: which manifests and sets fit, and what outputs say.

Knows no model runtime, no tokenizer and no transport. A new task is one new
file and one line in `TASKS`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bakeoff.server.errors import TaskMismatchError
from bakeoff.server.tasks import text_classification
from bakeoff.server.tasks.sample import Counts, Sample
from bakeoff.server.tasks.task import Task

TASKS: Mapping[str, Task] = MappingProxyType({text_classification.NAME: text_classification})


def task_named(name: str) -> Task:
    """Return the task of that name, such as `text-classification`.

    Raises TaskMismatchError when there is no such task.
    """
    try:
        return TASKS[name]
    except KeyError:
        message = f"task must be one of {', '.join(sorted(TASKS))}; got {name!r}"
        raise TaskMismatchError(message, task=name) from None


__all__ = ["TASKS", "Counts", "Sample", "Task", "task_named"]
