"""The batch that a model is traced with."""

from typing import Any

from bakeoff.exporter.examples import Example
from bakeoff.exporter.network import Network

# Two rows, because a size of 1 would be taken for a constant.
_TRACED = (
    Example("Which of these two models should answer the customers tomorrow?"),
    Example("The smaller one, if it is as right."),
)


def traced_inputs(network: Network) -> dict[str, Any]:
    """A batch of two texts with padding, as int64 tensors of shape [2, longest] by input name."""
    return network.encode(_TRACED)


def free_dimensions(inputs: dict[str, Any]) -> dict[str, dict[int, Any]]:
    """Batch and sequence of each input, marked so that tracing fails rather than bakes one in."""
    from torch.export import Dim

    return {name: {0: Dim.DYNAMIC, 1: Dim.DYNAMIC} for name in inputs}
