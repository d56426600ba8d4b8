"""How closely a variant has to follow its source model."""

from dataclasses import dataclass

from bakeoff.exporter.errors import OptionError


@dataclass(frozen=True)
class ParityRule:
    """Bounds on the difference between a variant and its source model.

    `max_abs_difference` bounds every output value; nothing means that only labels count.
    `label_flip_share`, 0 to 1, bounds the share of examples whose predicted label differs.
    `tolerance_share` is for regression, where an example counts as flipped when it is off by more
    than that many standard deviations of the source model's answers.
    """

    max_abs_difference: float | None
    label_flip_share: float
    tolerance_share: float = 0.0

    def __post_init__(self) -> None:
        if self.max_abs_difference is not None and not self.max_abs_difference >= 0:
            message = f"max_abs_difference: must be 0 or more; got {self.max_abs_difference}."
            raise OptionError(message)
        if not 0 <= self.label_flip_share <= 1:
            message = f"max_label_flips: must be a share from 0 to 1; got {self.label_flip_share}."
            raise OptionError(message)

    def overridden(
        self, max_abs_difference: float | None, label_flip_share: float | None
    ) -> "ParityRule":
        """This rule with what the user set."""
        return ParityRule(
            self.max_abs_difference if max_abs_difference is None else max_abs_difference,
            self.label_flip_share if label_flip_share is None else label_flip_share,
            self.tolerance_share,
        )
