"""Made-up candidates: what each is like."""

from dataclasses import dataclass

from bakeoff.v1 import ClassificationHead

LABELS = (
    "act",
    "animal",
    "artifact",
    "attribute",
    "body",
    "cognition",
    "communication",
    "food",
    "location",
    "person",
    "plant",
    "substance",
)


@dataclass(frozen=True)
class Sketch:
    """What a made-up candidate is like."""

    name: str
    skill: float
    latency_ms: float
    samples_per_s: float
    host_peak_mib: int
    failure: str = ""
    flips: int = 0
    scale: "ClassificationHead.Scale.ValueType" = ClassificationHead.SCALE_LOGITS

    @property
    def resource(self) -> str:
        return f"candidates/{self.name}"


SKETCHES = (
    Sketch("tfidf", 2.2, 0.21, 9200, 71, scale=ClassificationHead.SCALE_PROBABILITIES),
    Sketch("nano.fp32", 2.5, 1.32, 1450, 96),
    Sketch("nano.int8-dynamic", 2.48, 0.74, 2700, 88, flips=6),
    Sketch("tiny.fp32", 3.3, 4.1, 410, 131),
    Sketch("tiny.int8-dynamic", 3.29, 1.9, 1010, 104, flips=11),
    Sketch("tiny.fp16", 3.3, 4.4, 380, 140, failure="the worker ended by signal 11 (SIGSEGV)"),
)
