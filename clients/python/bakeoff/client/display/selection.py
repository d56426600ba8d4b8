"""Where each candidate stands, and how sure that is."""

from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from bakeoff import v1
from bakeoff.client.display.console import table
from bakeoff.client.display.figures import ABSENT, figure_text
from bakeoff.client.names import id_of

_ONE_PER_CENT = 0.01


def standings(report: v1.Report) -> RenderableType | None:
    """Outcome, rank, objectives and probabilities of each candidate; None where nothing was drawn.

    Probabilities are shares of resamples: of keeping every constraint, of coming first, and of
    being on the frontier.
    """
    selection = report.selection
    if not selection.resample_count:
        return None
    objectives = list(report.spec.objectives)
    shares = ("qualifies", "comes first", "on the frontier")
    made = table(
        *("candidate", "outcome", "rank", *objectives, *shares),
        title=f"Standing, with shares of {selection.resample_count:,} resamples",
        numbers=("rank", *objectives, *shares),
    )
    out = {
        result.candidate.name
        for result in report.candidates
        if result.HasField("error") or result.HasField("early_stop")
    }
    for one in selection.candidates:
        found = [figure_text(figure) for figure in one.objectives]
        found += [ABSENT] * (len(objectives) - len(found))
        first = one.rank_probabilities[0] if one.rank_probabilities else None
        made.add_row(
            id_of(one.candidate),
            _outcome(one, is_out=one.candidate in out),
            str(one.rank) if one.HasField("rank") else ABSENT,
            *found,
            _share(_known(one, "qualification_probability")),
            _share(first),
            _share(_known(one, "frontier_probability")),
        )
    return made


def _outcome(one: v1.CandidateSelection, *, is_out: bool) -> Text:
    """Whether a candidate qualifies; undecided where it is not known to keep every constraint."""
    outcomes = {found.outcome for found in one.constraints}
    if is_out or v1.ConstraintResult.OUTCOME_VIOLATED in outcomes:
        return Text("does not qualify", "red")
    if outcomes - {v1.ConstraintResult.OUTCOME_MET}:
        return Text("undecided", "yellow")
    return Text("qualifies", "green")


def _known(
    one: v1.CandidateSelection, name: Literal["qualification_probability", "frontier_probability"]
) -> float | None:
    return getattr(one, name) if one.HasField(name) else None


def _share(value: float | None) -> str:
    """A share in whole per cent; only nothing is 0 %, and only all is 100 %."""
    if value is None:
        return ABSENT
    if 0 < value < _ONE_PER_CENT:
        return "<1 %"
    return ">99 %" if 1 - _ONE_PER_CENT < value < 1 else f"{100 * value:.0f} %"
