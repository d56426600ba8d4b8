"""SCORE: from what is stored to the report. Workers are gone by then."""

import time
from importlib.metadata import version

from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server import report
from bakeoff.server.jobs.evidence import gather
from bakeoff.server.store import Store
from bakeoff.v1 import EvaluationSpec, Report


def score(store: Store, evaluation: str, spec: EvaluationSpec) -> Report:
    """Assemble the report of an evaluation as a spec asks, now. Blocks."""
    create_time = Timestamp()
    create_time.FromNanoseconds(time.time_ns())
    return report.assemble(
        gather(store, evaluation, spec),
        create_time=create_time,
        bakeoff_version=version("bakeoff"),
    )
