"""What `import bakeoff.client` brings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bakeoff.client

HEAVY = ("numpy", "onnxruntime", "torch", "click", "rich", "pyarrow", "pandas")

MEASURE = f"""
import sys, time
begin_s = time.process_time()
import bakeoff.client
print(time.process_time() - begin_s)
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_everything_public_is_named_once_in_order() -> None:
    assert sorted(set(bakeoff.client.__all__)) == bakeoff.client.__all__


def test_every_name_is_there_and_every_class_of_errors_is_named() -> None:
    named = {name: getattr(bakeoff.client, name) for name in bakeoff.client.__all__}
    unnamed = [
        kind.__name__
        for kind in _subclasses(bakeoff.client.BakeoffClientError)
        if kind not in named.values()
    ]
    assert [] == unnamed


def test_the_import_is_quick_and_brings_nothing_heavy(tmp_path: Path) -> None:
    """It costs a service less than 0.3 s, and brings neither numpy nor the like."""
    # Compiled files as any installation has them; time of the processor, since others use it too.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times_s = []
    for _ in range(4):
        outcome = subprocess.run(
            [sys.executable, "-c", MEASURE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        time_s, loaded = outcome.stdout.splitlines()
        times_s.append(float(time_s))
        assert "[]" == loaded
    assert min(times_s) < 0.3


def test_the_namespace_has_no_package_of_its_own() -> None:
    """A `bakeoff/__init__.py` would hide the other parts."""
    import bakeoff

    assert getattr(bakeoff, "__file__", None) is None


@pytest.mark.parametrize("name", ["Client", "AsyncClient"])
def test_both_clients_offer_the_same(name: str) -> None:
    kind = getattr(bakeoff.client, name)
    assert [
        *(
            "cancel_evaluation",
            "close",
            "compare_evaluations",
            "create_evaluation",
            "delete_candidate",
        ),
        *("delete_evaluation", "delete_evaluation_set", "ensure_candidate", "evaluate"),
        *("get_candidate", "get_evaluation", "get_evaluation_set", "get_model_history"),
        *("get_target", "health"),
        *("list_candidates", "list_evaluation_sets", "list_evaluations", "list_predictions"),
        *("list_targets", "prepare", "read_artifact", "read_observations", "regenerate_report"),
        *("rescore_evaluation", "upload_candidate", "upload_evaluation_set", "watch_evaluation"),
    ] == sorted(one for one in dir(kind) if not one.startswith("_"))


def _subclasses(kind: type[Exception]) -> list[type[Exception]]:
    return [
        kind,
        *(below for direct in kind.__subclasses__() for below in _subclasses(direct)),
    ]
