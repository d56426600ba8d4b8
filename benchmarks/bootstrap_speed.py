"""How long bootstrap intervals take: 10,000 resamples of 100,000 examples.

Run it with `python benchmarks/bootstrap_speed.py`; it prints a table. Each metric is timed three
times on one set of drawn answers, and the median is told.
"""

import statistics
import sys
import time

import numpy as np

from bakeoff.server.metrics import METRICS
from bakeoff.server.quality import Certainty, compare, metric_interval
from bakeoff.server.tasks import Counts, Sample
from bakeoff.server.tasks.classification_head import SINGLE_LABEL

EXAMPLE_COUNT = 100_000
RESAMPLE_COUNT = 10_000
REPEATS = 3
CLASS_COUNTS = (2, 10, 77)
ACCURACY = 0.9


def answers(class_count: int, seed: int) -> Sample:
    """Return answers that are right nine times of ten, wrong ones falling on any other class."""
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(0).integers(0, class_count, EXAMPLE_COUNT)
    elsewhere = (truth + rng.integers(1, class_count, EXAMPLE_COUNT)) % class_count
    predicted = np.where(rng.random(EXAMPLE_COUNT) < ACCURACY, truth, elsewhere)
    return Sample(
        problem_type=SINGLE_LABEL,
        labels=tuple(f"c{index}" for index in range(class_count)),
        indices=np.arange(EXAMPLE_COUNT),
        truth=truth,
        values=np.zeros((EXAMPLE_COUNT, 0)),
        probabilities=None,
        predicted=predicted,
        counts=Counts(EXAMPLE_COUNT, EXAMPLE_COUNT, 0, 0, 0, 0),
    )


def main() -> None:
    """Time the interval of one candidate, and the comparison of two, by metric and classes."""
    certainty = Certainty(0.95, RESAMPLE_COUNT, seed=1, margin=0.005)
    sys.stdout.write(f"{RESAMPLE_COUNT:,} resamples of {EXAMPLE_COUNT:,} examples, seconds\n")
    sys.stdout.write("| classes | metric | interval | comparison of two |\n|---|---|---|---|\n")
    for class_count in CLASS_COUNTS:
        candidate, other = answers(class_count, 1), answers(class_count, 2)
        for metric_id in ("accuracy", "f1.macro"):
            alone, both = [], []
            for _ in range(REPEATS):
                begin = time.perf_counter()
                metric_interval(METRICS[metric_id], candidate, certainty)
                middle = time.perf_counter()
                compare(metric_id, candidate, other, certainty)
                alone.append(middle - begin)
                both.append(time.perf_counter() - middle)
            sys.stdout.write(
                f"| {class_count} | `{metric_id}` | {statistics.median(alone):.2f} | "
                f"{statistics.median(both):.2f} |\n"
            )


if __name__ == "__main__":
    main()
