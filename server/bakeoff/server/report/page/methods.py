"""How figures were found and decisions were made."""

from bakeoff.server.report.page.batch import policy_words
from bakeoff.server.report.page.cells import shown_digest
from bakeoff.server.report.page.document import Facts, Note, Section
from bakeoff.server.report.page.roster import Roster
from bakeoff.server.selection.contrast import ALIKE_SHARE
from bakeoff.server.selection.wording import counted, quantity
from bakeoff.v1 import EvaluationSpec, Report

_NS_PER_S = 1e9


def methods(roster: Roster) -> Section:
    """How figures were found and decisions were made."""
    report = roster.report
    return Section(
        id="methods",
        title="Methods",
        lead="What stands behind the numbers.",
        parts=(
            Facts("Settings", _settings_of_spec(report)),
            *(Note(text) for text in _method_texts(report)),
        ),
    )


def _settings_of_spec(report: Report) -> tuple[tuple[str, str], ...]:
    spec, statistics = report.spec, report.spec.statistics
    return (
        ("Evaluation", report.evaluation),
        (
            "Evaluation set",
            f"{spec.evaluation_set}, SHA-256 {shown_digest(report.evaluation_set.sha256)}",
        ),
        ("Target", spec.target),
        ("Batch policy", policy_words(spec.batch_policy)),
        *_asked(spec),
        ("Objectives", ", ".join(spec.objectives)),
        ("Constraints", ", ".join(spec.constraints) or "none"),
        ("Level of intervals", f"{100 * statistics.confidence_level:g} %"),
        ("Bootstrap resamples", f"{statistics.resample_count:,}"),
        ("Seed", str(statistics.seed)),
        ("Margin of equivalence", f"{statistics.equivalence_margin:g}"),
        ("Report made", f"{report.create_time.ToJsonString()} by Bakeoff {report.bakeoff_version}"),
    )


def _asked(spec: EvaluationSpec) -> list[tuple[str, str]]:
    """What was asked for beyond scenarios and metrics."""
    items = []
    if spec.HasField("time_budget"):
        budget_s = spec.time_budget.ToNanoseconds() / _NS_PER_S
        items.append(("Time budget", quantity(budget_s, "", "s")))
    if spec.HasField("traffic"):
        buckets = counted(len(spec.traffic.weights), "bucket")
        longest = counted(spec.traffic.max_token_counts[-1], "token")
        items.append(("Lengths of the traffic", f"{buckets}, up to {longest}"))
    if spec.HasField("pricing"):
        items.append(("Price of the target", f"{spec.pricing.price_per_hour_usd:g} USD an hour"))
    return items


def _method_texts(report: Report) -> list[str]:
    quality = (
        "Quality: shares of independent examples have Wilson intervals, or exact ones near 0 and "
        "1; other scores bootstrap intervals over examples, or wider ones where few wrong answers "
        "make them up; mean losses gamma intervals. Examples without a label or without a usable "
        "answer are counted apart and never scored as wrong."
    )
    comparisons = (
        "Comparisons: both candidates are scored on the same examples. Accuracy is compared by "
        "McNemar's exact test, every other metric by the paired bootstrap. Equivalent means that "
        "the whole interval of the difference lies within the margin; better or worse, that the "
        "corrected p-value is small enough; undecided, all else. The family of comparisons with "
        f"the baseline has {counted(len(report.comparisons), 'member')}, candidates times metrics, "
        "and Holm's method corrects over all of them."
    )
    costs = (
        "Latency: quantiles are nearest-rank ones over all queries, each a latency that was "
        "observed, with order-statistic intervals, which take queries as independent. Where "
        "queries wait for each other the intervals are wider, by how unlike halves of the rounds "
        "are. Means and throughput are over rounds, with Student's t intervals, which allow for "
        "drift from round to round. Ratios are medians over paired rounds, with t intervals of "
        "their logarithms. A measurement whose load generator was late by more than 1 ms and a "
        "tenth of the latency, at the 99th percentile of a round, is invalid, and nothing is "
        "decided by it."
    )
    selection = (
        "Selection: a constraint is met or violated by the whole interval of its figure; a size, "
        "which has none, is judged by its value. Objectives decide one after another, between "
        "candidates that qualify; there p-values are corrected by Holm's method over all pairs of "
        "them, apart from the comparisons with the baseline. What the objectives leave open is "
        "decided by p99 latency and median latency, of single queries before those under load, "
        "then by peak load, throughput and peak host memory. Costs within "
        f"{100 * ALIKE_SHARE:g} % are alike."
    )
    return [quality, comparisons, costs, selection]
