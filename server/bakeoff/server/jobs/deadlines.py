"""How long a worker may take over each command."""

from dataclasses import dataclass

# Far beyond what a sound candidate needs, so that only one that hangs meets them.
_LOAD_S = 600.0
_PER_EXAMPLE_S = 2.0
_LAYOUT_S = 600.0
_WARM_UP_S = 300.0
_MEASURE_FACTOR = 3.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Deadlines in seconds, none longer than `longest_s`."""

    longest_s: float

    def load_s(self) -> float:
        """For loading or inspecting a bundle."""
        return min(self.longest_s, _LOAD_S)

    def layout_s(self) -> float:
        """For the trial of thread layouts."""
        return min(self.longest_s, _LAYOUT_S)

    def predict_s(self, example_count: int) -> float:
        """For predicting so many examples, and for loading where that is part of the command."""
        return min(self.longest_s, _LOAD_S + _PER_EXAMPLE_S * example_count)

    def measure_s(self, max_duration_s: float) -> float:
        """For one block of so long, warm-up included."""
        return min(self.longest_s, _WARM_UP_S + _MEASURE_FACTOR * max_duration_s)
