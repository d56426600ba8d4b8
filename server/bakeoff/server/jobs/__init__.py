"""Evaluations as background work: targets, queue, worker processes, phases, live progress."""

from bakeoff.server.jobs.engine import Engine
from bakeoff.server.jobs.evidence import gather
from bakeoff.server.jobs.targets import Targets, discover

__all__ = ["Engine", "Targets", "discover", "gather"]
