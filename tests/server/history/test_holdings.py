"""What the stored evaluations of a model hold, and what is asked for in vain."""

import pytest

from bakeoff.server.errors import NotFoundError
from bakeoff.server.history import Holdings, wanted_figures
from bakeoff.v1 import (
    Candidate,
    CandidateResult,
    EvaluationSet,
    Figure,
    Manifest,
    Report,
    ScenarioResult,
    SourceModel,
    Variant,
)

LATENCY = ("latency_p50_ms@server:qps=50", "latency_p99_ms@server:qps=50")


def report(variant: str, evaluation_set: str, *keys: str, model: str = "bert") -> Report:
    """A report on one candidate; metrics have a value, and latency has none."""
    metrics = [Figure(id=key, value=0.5) for key in keys if "@" not in key]
    costs = [
        Figure(id=key.partition("@")[0], scenario=key.partition("@")[2])
        for key in keys
        if "@" in key
    ]
    manifest = Manifest(source_model=SourceModel(name=model), variant=Variant(id=variant))
    result = CandidateResult(
        candidate=Candidate(manifest=manifest),
        quality=metrics,
        scenarios=[ScenarioResult(scenario=one.scenario, figures=[one]) for one in costs],
    )
    return Report(
        evaluation_set=EvaluationSet(name=f"evaluationSets/{evaluation_set}"), candidates=[result]
    )


REPORTS = (
    report("fp32", "news", "accuracy", *LATENCY),
    report("int8-dynamic", "news", "accuracy", "f1.macro"),
    report("fp32", "tweets"),
    report("fp16", "mails", "mcc", model="other"),
)


def refusal(*figures: str, variant: str = "", evaluation_set: str = "") -> str:
    """What the holdings of all reports say of what is asked for; nothing when it is there."""
    name = f"evaluationSets/{evaluation_set}" if evaluation_set else ""
    holdings = Holdings("bert", variant, name)
    assert list(REPORTS) == list(holdings.noted(REPORTS))
    try:
        holdings.check(wanted_figures(figures))
    except NotFoundError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"variant": "int8"},
            (
                "variant must be one in which bert was evaluated, got 'int8'; "
                "did you mean int8-dynamic?"
            ),
        ),
        (
            {"variant": "fp16-static"},
            (
                "variant must be one in which bert was evaluated, got 'fp16-static'; "
                "there is fp32 and int8-dynamic"
            ),
        ),
        (
            {"evaluation_set": "twets"},
            (
                "evaluation_set must be one over which bert was evaluated, got 'twets'; "
                "did you mean tweets?"
            ),
        ),
        (
            {"evaluation_set": "mails"},
            (
                "evaluation_set must be one over which bert was evaluated, got 'mails'; "
                "there is news and tweets"
            ),
        ),
    ],
)
def test_a_variant_or_a_set_of_no_evaluation_is_refused_with_those_there_are(
    fields: dict[str, str], expected: str
) -> None:
    assert expected == refusal(**fields)


def test_a_figure_that_was_never_found_is_refused_with_its_scenarios_or_its_neighbours() -> None:
    assert (
        "figures[1] must be a figure that was found of bert, got 'latency_p99_ms@sever'; "
        "did you mean latency_p99_ms@server:qps=50?"
    ) == refusal("accuracy", "latency_p99_ms@sever")
    assert (
        "figures[0] must be a figure that was found of bert in int8-dynamic over news, got "
        "'f1.micro'; did you mean f1.macro?"
    ) == refusal("f1.micro", variant="int8-dynamic", evaluation_set="news")
    assert "got 'mcc'; there is accuracy, latency_p50_ms" in refusal("mcc")


@pytest.mark.parametrize(
    ("figures", "fields"),
    [
        ((), {}),
        (("accuracy", "latency_p99_ms", "latency_p50_ms@server"), {}),
        (("f1.macro",), {"variant": "int8-dynamic", "evaluation_set": "news"}),
        # Nothing was found there at all, so that no name is more likely than another.
        (("accuracy",), {"variant": "int8-dynamic", "evaluation_set": "tweets"}),
        (("accuracy",), {"evaluation_set": "tweets"}),
    ],
)
def test_what_is_held_may_be_asked_for_even_where_nothing_is_known_of_it(
    figures: tuple[str, ...], fields: dict[str, str]
) -> None:
    assert "" == refusal(*figures, **fields)
