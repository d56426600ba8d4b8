"""How figures are put into words: titles, numbers with units, intervals, differences."""

from bakeoff.server.scenarios import OFFLINE, SINGLE_STREAM
from bakeoff.server.types import Figure, Interval

_PERCENT_STEMS = frozenset(
    {
        "accuracy",
        "accuracy_under_load",
        "balanced_accuracy",
        "changed_answer_share",
        "error_rate",
        "padding_share",
        "precision",
        "recall",
    }
)
_AVERAGES = frozenset({"micro", "macro", "weighted"})
_STEM_TITLES = {
    "aurc": "area under the risk-coverage curve",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "brier": "Brier score",
    "bundle_mib": "bundle size",
    "changed_answer_share": "changed answers",
    "correct_per_s": "correct answers in time",
    "cost_per_million_usd": "cost per million",
    "ece": "calibration error",
    "error_rate": "error rate",
    "f1": "F1",
    "first_inference_ms": "first inference",
    "hamming_loss": "Hamming loss",
    "host_peak_mib": "peak host memory",
    "joules_per_sample": "energy per sample",
    "known_shape_ms": "inference of a known shape",
    "lateness_p99_ms": "p99 generator lateness",
    "leak_kib_per_1000_queries": "leak per 1,000 queries",
    "leak_mib_per_h": "leak per hour",
    "load_ms": "load time",
    "log_loss": "log loss",
    "mae": "mean absolute error",
    "mcc": "Matthews correlation",
    "mean_batch_size": "mean batch",
    "mse": "mean squared error",
    "new_shape_ms": "first inference of a new shape",
    "offered_qps": "offered load",
    "padding_share": "padding share",
    "peak_qps": "peak load",
    "pearson": "Pearson correlation",
    "process_start_ms": "process start",
    "replica_count": "replicas",
    "roc_auc": "ROC-AUC",
    "second_inference_ms": "second inference",
    "soak_growth_mib": "growth of memory",
    "spearman": "Spearman correlation",
    "steady_mib": "steady memory",
    "throughput_per_s": "throughput",
}
# Where no scenario is named, these are meant.
_UNSAID_SCENARIOS = frozenset({"", OFFLINE, SINGLE_STREAM})
_BOUNDARIES = {
    "latency_": "latency",
    "model_latency_": "model latency",
    "traffic_latency_": "latency of the traffic",
}
# Things that are counted whole.
_WHOLE_UNITS = frozenset({"replicas"})
_UNIT_SUFFIXES = {"1": "", "1/s": "/s"}
_SMALLEST_SHOWN_P = 0.0001
# Below it, three decimals of a score say too little.
_SMALL = 0.01


def title(figure_id: str, scenario: str = "", part: str = "") -> str:
    """Name of a figure as a person says it, such as `p99 latency` for `latency_p99_ms`.

    With the class or slice that it is about: `accuracy (slice length > 64)`.
    """
    words = _latency_title(figure_id) or _stem_title(figure_id)
    of = scenario or " ".join(part.split("=", maxsplit=1))
    return f"{words} ({of})" if of else words


def subject(figure_id: str, scenario: str, part: str = "") -> str:
    """Name of a figure within a sentence; a scenario is named where it does not go without saying.

    `p99 latency` for that of `single-stream`, `p99 latency (server:qps=50)` for another one's.
    """
    return title(figure_id, "" if scenario in _UNSAID_SCENARIOS else scenario, part)


def _latency_title(figure_id: str) -> str:
    for prefix, words in _BOUNDARIES.items():
        if figure_id.startswith(prefix):
            statistic = figure_id.removeprefix(prefix).removesuffix("_ms")
            return f"{statistic.replace('_', '.')} {words}"
    return ""


def _stem_title(figure_id: str) -> str:
    stem, _, average = figure_id.partition(".")
    words = _STEM_TITLES.get(stem, stem.replace("_", " "))
    if average in _AVERAGES:
        return f"{average} {words}"
    return f"{words} {average}".strip()


def is_percent(figure_id: str, unit: str) -> bool:
    """Whether a figure is a share of things that are counted, which is shown in per cent."""
    return unit == "1" and figure_id.partition(".")[0] in _PERCENT_STEMS


def short_name(resource_name: str) -> str:
    """Last part of a resource name: `tiny.fp32` for `candidates/tiny.fp32`."""
    return resource_name.rpartition("/")[2]


def number(value: float, figure_id: str, unit: str) -> str:
    """A value without its unit, rounded to what a reader takes in."""
    if is_percent(figure_id, unit):
        return f"{100 * value:.1f}"
    if unit == "1":
        return f"{value:.3f}"
    return f"{value:,.0f}" if unit in _WHOLE_UNITS else significant(value)


def quantity(value: float, figure_id: str, unit: str) -> str:
    """A value with its unit, such as `86.1 %`, `4.12 ms`, `412/s`."""
    return f"{number(value, figure_id, unit)}{unit_suffix(figure_id, unit)}"


def unit_suffix(figure_id: str, unit: str) -> str:
    """What follows a number of this figure: ` %`, ` ms`, `/s` or nothing."""
    if is_percent(figure_id, unit):
        return " %"
    return _UNIT_SUFFIXES.get(unit, f" {unit}")


def percent(share: float, digits: int = 0) -> str:
    """A share of 0 to 1 as `4 %`."""
    return f"{100 * share:.{digits}f} %"


def significant(value: float) -> str:
    """A number to three significant digits, thousands set apart; an exponent only below 0.001."""
    magnitude = abs(value)
    for floor, digits in ((100, 0), (10, 1), (1, 2), (0.1, 3), (0.01, 4), (0.001, 5)):
        if magnitude >= floor:
            return f"{value:,.{digits}f}"
    return f"{value:.2g}" if magnitude else "0"


def bound_quantity(bound: float, figure_id: str, unit: str) -> str:
    """A bound with its unit, with no more digits than it was given with: `20 ms`, `85 %`."""
    shown = 100 * bound if is_percent(figure_id, unit) else bound
    return f"{shown:.10g}{unit_suffix(figure_id, unit)}"


def figure_quantity(figure: Figure) -> str:
    """Value of a figure with its unit, or why there is none."""
    if figure.value is None:
        return f"not known ({figure.absent_reason})" if figure.absent_reason else "not known"
    return quantity(figure.value, figure.id, figure.unit)


def interval_words(interval: Interval, figure_id: str, unit: str) -> str:
    """An interval such as `95 % interval 84.2 to 87.8`, in the unit of its figure."""
    level = f"{100 * interval.level:.4g} % interval"
    lower = None if interval.lower is None else number(interval.lower, figure_id, unit)
    upper = None if interval.upper is None else number(interval.upper, figure_id, unit)
    if lower is None:
        return f"{level} up to {upper}" if upper is not None else f"{level} unbounded"
    return f"{level} from {lower}" if upper is None else f"{level} {lower} to {upper}"


def figure_words(figure: Figure) -> str:
    """Value with unit and interval, such as `86.1 % (95 % interval 84.2 to 87.8)`."""
    words = figure_quantity(figure)
    if figure.value is None or figure.interval is None:
        return words
    return f"{words} ({interval_words(figure.interval, figure.id, figure.unit)})"


def difference(amount: float, figure_id: str, unit: str) -> str:
    """The size of a difference: `1.9 points` for shares in per cent, else with its unit."""
    if is_percent(figure_id, unit):
        return f"{difference_number(amount, figure_id, unit)} points"
    return f"{difference_number(amount, figure_id, unit)}{unit_suffix(figure_id, unit)}"


def difference_number(amount: float, figure_id: str, unit: str) -> str:
    """The size of a difference without its unit; a small one keeps two digits that tell."""
    magnitude = abs(amount)
    if is_percent(figure_id, unit):
        points = 100 * magnitude
        return f"{points:.1f}" if points >= 1 else f"{points:.2g}"
    if unit == "1":
        return f"{magnitude:.3f}" if magnitude >= _SMALL else f"{magnitude:.2g}"
    return significant(magnitude)


def p_value(value: float) -> str:
    """A p-value such as `p = 0.031` or `p < 0.0001`."""
    if value < _SMALLEST_SHOWN_P:
        return f"p < {_SMALLEST_SHOWN_P}"
    return f"p = {value:.2g}"


def capitalised(words: str) -> str:
    """Words with a capital first."""
    return f"{words[:1].upper()}{words[1:]}"


def joined(words: list[str], conjunction: str = "and") -> str:
    """A list in words: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word or none needs no conjunction
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, such as `1 example` or `1,200 examples`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
