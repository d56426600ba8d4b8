"""Bakeoff over gRPC: each turn is one evaluation, from CreateEvaluation to the report.

The seconds of a turn are those of its prediction pass: from asking the worker for
predictions until all of them are stored. The seconds of the whole job, with process
start, loading, trial of thread layouts, memory pass and scoring, are given beside them.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from bakeoff.client import Client, EmbeddedServer
from bakeoff.v1 import EvaluationSpec


def main() -> None:
    """Run the contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as data_dir,
        EmbeddedServer(data_dir=Path(data_dir)) as server,
        Client(server.address) as client,
    ):
        candidate = client.upload_candidate(options.bundle)
        evaluation_set = client.upload_evaluation_set(options.examples)
        spec = EvaluationSpec(
            candidates=[candidate.name],
            evaluation_set=evaluation_set.name,
            metrics=["accuracy"],
            profile_repeat_count=1,
            batch_sensitivity_example_count=0,
        )

        def turn() -> dict[str, float]:
            start = time.perf_counter()
            created = client.create_evaluation(spec)
            for evaluation in client.watch_evaluation(created.name):
                ended = evaluation
            job_seconds = time.perf_counter() - start
            result = ended.report.candidates[0]
            if result.HasField("error"):
                raise RuntimeError(result.error.message)
            count = result.prediction_pass.example_count
            duration = result.prediction_pass.duration.ToTimedelta().total_seconds()
            return {"seconds": duration, "example_count": count, "job_seconds": job_seconds}

        turn()
        print(json.dumps({"ready": True}), flush=True)
        for _ in sys.stdin:
            print(json.dumps(turn()), flush=True)


if __name__ == "__main__":
    main()
