"""How long an evaluation takes to be scored: from predictions to its report, at 2,000 resamples.

Run it with `python benchmarks/scoring_speed.py`; it prints a table of each case. Answers are drawn
from a seed. Parts are found one after another as in a report, each with what those before it have
left, so that their order matters; the whole is timed by itself. Each is timed three times, and the
median is told, in seconds on the clock and in seconds of processors.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from bakeoff.server.metrics import distinct_metrics
from bakeoff.server.quality import Certainty, class_figures, figures, joint_draws
from bakeoff.server.report import assemble
from bakeoff.server.report.comparison import comparisons
from bakeoff.server.report.pairing import Pairing
from bakeoff.server.tasks import Sample, task_named
from bakeoff.server.types import CandidateEvidence, Evidence
from bakeoff.v1 import (
    Candidate,
    ClassificationHead,
    ClassificationOutput,
    Environment,
    EvaluationSet,
    EvaluationSpec,
    ExampleKey,
    Label,
    Manifest,
    Prediction,
    Target,
    TextInput,
)

TASK = "text-classification"
SEED = 1
LEVEL = 0.95
RESAMPLE_COUNT = 2000
MARGIN = 0.005
REPEATS = 3


@dataclass(frozen=True)
class Case:
    """How much is scored. `lift` is how far the right logit stands out."""

    candidate_count: int
    example_count: int
    class_count: int
    lift: float

    @property
    def title(self) -> str:
        """What a reader sees above the table."""
        return (
            f"{self.candidate_count} candidates, {self.example_count:,} examples, "
            f"{self.class_count} classes"
        )


CASES = (
    Case(candidate_count=7, example_count=3080, class_count=77, lift=4.0),
    Case(candidate_count=14, example_count=3080, class_count=77, lift=4.0),
    Case(candidate_count=5, example_count=2000, class_count=2, lift=1.2),
    Case(candidate_count=20, example_count=2000, class_count=2, lift=1.2),
)


@dataclass
class Stopwatch:
    """Seconds on the clock and of processors, by part, one of each for every repetition."""

    clock_s: dict[str, list[float]] = field(default_factory=dict)
    processor_s: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        clock, processor = time.perf_counter(), time.process_time()
        yield
        self.clock_s.setdefault(name, []).append(time.perf_counter() - clock)
        self.processor_s.setdefault(name, []).append(time.process_time() - processor)

    def rows(self) -> Iterator[str]:
        """Rows of a table: the median of each part."""
        for name, clock_s in self.clock_s.items():
            processor_s = statistics.median(self.processor_s[name])
            yield f"| {name} | {statistics.median(clock_s):.1f} | {processor_s:.1f} |\n"


def evidence_of(case: Case) -> Evidence:
    """Return candidates that answer alike but for some noise, each a little worse than the last."""
    rng = np.random.default_rng(SEED)
    labels = [f"class {index}" for index in range(case.class_count)]
    truth = np.arange(case.example_count) % case.class_count
    shared = rng.normal(size=(case.example_count, case.class_count))
    head = ClassificationHead(
        problem_type=ClassificationHead.PROBLEM_TYPE_SINGLE_LABEL,
        scale=ClassificationHead.SCALE_LOGITS,
        labels=labels,
    )
    found = []
    for position in range(case.candidate_count):
        logits = shared + 0.2 * rng.normal(size=shared.shape)
        logits[np.arange(case.example_count), truth] += case.lift - 0.05 * position
        found.append(
            CandidateEvidence(
                candidate=Candidate(
                    name=f"candidates/c{position}",
                    manifest=Manifest(task=TASK, classification=head),
                ),
                error=None,
                predictions=[
                    Prediction(index=index, classification=ClassificationOutput(values=row))
                    for index, row in enumerate(logits.tolist())
                ],
            )
        )
    names = [one.candidate.name for one in found]
    return Evidence(
        evaluation="evaluations/made-up",
        spec=EvaluationSpec(
            candidates=names,
            baseline=names[0],
            constraints=["accuracy >= baseline - 2pt"],
            objectives=["max:f1.macro"],
        ),
        evaluation_set=EvaluationSet(
            name="evaluationSets/made-up", task=TASK, example_count=case.example_count
        ),
        target=Target(name="targets/cpu", device="cpu"),
        environment=Environment(),
        keys=[
            ExampleKey(id=f"e{index}", label=Label(class_name=labels[label]))
            for index, label in enumerate(truth)
        ],
        texts=[TextInput(text=f"text {index}") for index in range(case.example_count)],
        candidates=found,
    )


def time_parts(evidence: Evidence, watch: Stopwatch) -> None:
    """Time what a report is made of."""
    task = task_named(TASK)
    with watch.part("read answers"):
        samples: Mapping[str, Sample] = {
            one.candidate.name: task.sample(
                evidence.keys, one.predictions, one.candidate.manifest.classification, {}
            )
            for one in evidence.candidates
        }
    first = next(iter(samples.values()))
    metric_ids: Sequence[str] = task.default_metrics(first.problem_type, len(first.labels))
    certainty = Certainty(LEVEL, RESAMPLE_COUNT, SEED, MARGIN).sharing(samples.values())

    def of_each(find: Callable[[Sample], object]) -> None:
        for sample in samples.values():
            find(sample)

    with watch.part("figures with intervals"):
        of_each(lambda sample: figures(sample, metric_ids, certainty))
    with watch.part("figures of each class"):
        of_each(lambda sample: class_figures(sample, certainty))
    with watch.part("comparisons with the baseline"):
        compared = distinct_metrics(metric_ids, first.problem_type)
        pairing = Pairing(samples, {}, certainty, evidence.spec)
        comparisons(pairing, list(samples), next(iter(samples)), compared)
    with watch.part("joint draws of two metrics"):
        joint_draws(["accuracy", "f1.macro"], samples, certainty)


def main() -> None:
    """Time each case, part by part and as a whole."""
    for case in CASES:
        evidence, watch = evidence_of(case), Stopwatch()
        for _ in range(REPEATS):
            time_parts(evidence, watch)
            with watch.part("the whole report"):
                assemble(evidence, create_time=Timestamp(), bakeoff_version="0")
        sys.stdout.write(f"{case.title}\n\n| part | seconds | of processors |\n|---|---|---|\n")
        sys.stdout.writelines([*watch.rows(), "\n"])
        sys.stdout.flush()


if __name__ == "__main__":
    main()
