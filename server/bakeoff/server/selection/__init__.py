"""Which candidate to deploy: constraints, order, frontier, and the reasons in words.

Works on figures alone: it knows no model, no set of examples and no transport. How two candidates
compare on the examples that both answered, it asks through `PairedEvidence`.
"""

from bakeoff.server.selection.catalogue import Extras, KnownFigure, extras_of, known_figures
from bakeoff.server.selection.compliance import ConstraintFinding, Outcome, check_constraint
from bakeoff.server.selection.contrast import Basis, Contrast, PairedEvidence, Standing
from bakeoff.server.selection.decision import CandidateDecision, Decision, State, select
from bakeoff.server.selection.expression import (
    Constraint,
    Objective,
    Relation,
    Term,
    Tolerance,
    parse_constraint,
    parse_objective,
)
from bakeoff.server.selection.frontier import frontier
from bakeoff.server.selection.ranking import Entrant
from bakeoff.server.selection.requirements import Requirements, read_requirements
from bakeoff.server.selection.resolution import (
    resolve_constraint,
    resolve_figure,
    resolve_objective,
)

__all__ = [
    "Basis",
    "CandidateDecision",
    "Constraint",
    "ConstraintFinding",
    "Contrast",
    "Decision",
    "Entrant",
    "Extras",
    "KnownFigure",
    "Objective",
    "Outcome",
    "PairedEvidence",
    "Relation",
    "Requirements",
    "Standing",
    "State",
    "Term",
    "Tolerance",
    "check_constraint",
    "extras_of",
    "frontier",
    "known_figures",
    "parse_constraint",
    "parse_objective",
    "read_requirements",
    "resolve_constraint",
    "resolve_figure",
    "resolve_objective",
    "select",
]
