"""Messages of the contract. Generated; `make proto` writes it anew."""

from bakeoff.worker.v1.worker_pb2 import (
    ChooseLayout,
    Command,
    Event,
    Failed,
    Inspect,
    Inspected,
    LayoutChosen,
    Load,
    Loaded,
    Measure,
    Measured,
    Predict,
    Predicted,
    Profile,
    Profiled,
    Progressed,
)

__all__ = [
    "ChooseLayout",
    "Command",
    "Event",
    "Failed",
    "Inspect",
    "Inspected",
    "LayoutChosen",
    "Load",
    "Loaded",
    "Measure",
    "Measured",
    "Predict",
    "Predicted",
    "Profile",
    "Profiled",
    "Progressed",
]
