"""What the stored evaluations of a model hold, against which a question is checked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bakeoff.server.errors import NotFoundError
from bakeoff.server.history.wanted_figures import WantedFigures
from bakeoff.server.near_names import near_names
from bakeoff.server.report.messages import result_figures
from bakeoff.server.types import Figure, figure_key
from bakeoff.v1 import Report


@dataclass(slots=True)
class Holdings:
    """Variants and sets of a model, noted while its reports pass, and figures of those asked for.

    `variant` and `evaluation_set`, a resource name, are what is asked for; empty for all of them.
    """

    model: str
    variant: str = ""
    evaluation_set: str = ""
    _variants: set[str] = field(default_factory=set, init=False)
    _set_ids: set[str] = field(default_factory=set, init=False)
    _figures: dict[str, Figure] = field(default_factory=dict, init=False)

    def noted(self, reports: Iterable[Report]) -> Iterator[Report]:
        """The same reports, each noted before it is given."""
        for report in reports:
            self._note(report)
            yield report

    def check(self, wanted: WantedFigures) -> None:
        """Refuses what no evaluation holds that was noted; figures without a value count.

        Raises NotFoundError, with what comes closest, for a variant, a set, or a figure of the two.
        """
        if self.variant and self.variant not in self._variants:
            msg = (
                f"variant must be one in which {self.model} was evaluated, got "
                f"{self.variant[:80]!r}; {near_names(self.variant, sorted(self._variants))}"
            )
            raise NotFoundError(msg, name=self.variant[:160])
        set_id = _id_of(self.evaluation_set)
        if set_id and set_id not in self._set_ids:
            msg = (
                f"evaluation_set must be one over which {self.model} was evaluated, got "
                f"{set_id!r}; {near_names(set_id, sorted(self._set_ids))}"
            )
            raise NotFoundError(msg, name=self.evaluation_set)
        if self._figures:
            self._check_figures(wanted)

    def _note(self, report: Report) -> None:
        is_of_set = not self.evaluation_set or report.evaluation_set.name == self.evaluation_set
        for result in report.candidates:
            manifest = result.candidate.manifest
            if manifest.source_model.name != self.model:
                continue
            self._variants.add(manifest.variant.id)
            self._set_ids.add(_id_of(report.evaluation_set.name))
            if is_of_set and self.variant in {"", manifest.variant.id}:
                self._figures |= {one.key: one for one in result_figures(result)}

    def _check_figures(self, wanted: WantedFigures) -> None:
        for index, named in wanted.unmet(self._figures.values()):
            key = figure_key(named.figure_id, named.scenario, named.part_text)
            alike = [one.key for one in self._figures.values() if one.id == named.figure_id]
            in_variant = f" in {self.variant}" if self.variant else ""
            over_set = f" over {_id_of(self.evaluation_set)}" if self.evaluation_set else ""
            msg = (
                f"figures[{index}] must be a figure that was found of {self.model}{in_variant}"
                f"{over_set}, got {key[:160]!r}; {near_names(key, alike or list(self._figures))}"
            )
            raise NotFoundError(msg, name=key[:160])


def _id_of(name: str) -> str:
    return name.rpartition("/")[2]
