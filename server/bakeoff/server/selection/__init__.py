"""Which candidate to deploy: constraints, order, frontier, and the reasons in words.

Works on figures alone: it knows no model, no set of examples and no transport. How two candidates
compare on the examples that both answered, it asks through `Evidence`.
"""

from bakeoff.server.selection.catalogue import Extras, KnownFigure, extras_of, known_figures
from bakeoff.server.selection.compliance import check_constraint, judge
from bakeoff.server.selection.contrast import (
    Basis,
    Contrast,
    Question,
    Standing,
    contrast_difference,
    contrast_ratio,
)
from bakeoff.server.selection.decision import CandidateDecision, Decision, State, select
from bakeoff.server.selection.evidence import Draws, Evidence, Related
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
from bakeoff.server.selection.judgement import ConstraintFinding, Judged, Outcome
from bakeoff.server.selection.known_parts import KnownParts, conditions_named, known_parts
from bakeoff.server.selection.needed import Needed, Weight
from bakeoff.server.selection.part import Part, PartKind, QualityKey, is_quality
from bakeoff.server.selection.probabilities import Probabilities
from bakeoff.server.selection.ranking import Entrant
from bakeoff.server.selection.requirements import Requirements, read_requirements
from bakeoff.server.selection.resolution import (
    resolve_constraint,
    resolve_figure,
    resolve_objective,
)
from bakeoff.server.selection.rules import Rules

__all__ = [
    "Basis",
    "CandidateDecision",
    "Constraint",
    "ConstraintFinding",
    "Contrast",
    "Decision",
    "Draws",
    "Entrant",
    "Evidence",
    "Extras",
    "Judged",
    "KnownFigure",
    "KnownParts",
    "Needed",
    "Objective",
    "Outcome",
    "Part",
    "PartKind",
    "Probabilities",
    "QualityKey",
    "Question",
    "Related",
    "Relation",
    "Requirements",
    "Rules",
    "Standing",
    "State",
    "Term",
    "Tolerance",
    "Weight",
    "check_constraint",
    "conditions_named",
    "contrast_difference",
    "contrast_ratio",
    "extras_of",
    "frontier",
    "is_quality",
    "judge",
    "known_figures",
    "known_parts",
    "parse_constraint",
    "parse_objective",
    "read_requirements",
    "resolve_constraint",
    "resolve_figure",
    "resolve_objective",
    "select",
]
