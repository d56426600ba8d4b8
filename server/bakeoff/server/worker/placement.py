"""Which provider ran what, from onnxruntime's own profile of a run."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bakeoff.server.worker.encoding import Encoded
from bakeoff.server.worker.model import Model
from bakeoff.server.worker.session import Session, SessionSettings
from bakeoff.v1 import ProviderShare

_KERNEL_SUFFIX = "_kernel_time"


@dataclass(slots=True)
class _Runs:
    """What one provider ran. Times are in microseconds."""

    nodes: set[str] = field(default_factory=set)
    run_count: int = 0
    duration_us: int = 0


def provider_shares(
    model: Model, settings: SessionSettings, batch: Sequence[Encoded]
) -> list[ProviderShare]:
    """Shares of each provider in running `batch`, in a second session that is profiled.

    Nodes are those of the graph as onnxruntime has optimised it.
    """
    with tempfile.TemporaryDirectory(prefix="placement-") as folder:
        session = Session(
            model.graph_path,
            model.session.device,
            replace(settings, profile_prefix=Path(folder) / "run"),
        )
        session.run(model.output_name, model.encoder.collate(batch))
        events = json.loads(session.end_profile().read_bytes())
    return shares_of(events)


def shares_of(events: Sequence[dict[str, object]]) -> list[ProviderShare]:
    """Shares of each provider, most time first, from the events of a profile."""
    by_provider: dict[str, _Runs] = {}
    for event in events:
        arguments = event.get("args")
        name, duration_us = str(event.get("name")), event.get("dur")
        if (
            event.get("cat") != "Node"
            or not name.endswith(_KERNEL_SUFFIX)
            or not isinstance(arguments, dict)
            or not isinstance(duration_us, int)
            or not arguments.get("provider")
        ):
            continue
        runs = by_provider.setdefault(arguments["provider"], _Runs())
        runs.nodes.add(str(arguments.get("node_index", name)))
        runs.run_count += 1
        runs.duration_us += duration_us
    all_runs = sum(runs.run_count for runs in by_provider.values())
    all_us = sum(runs.duration_us for runs in by_provider.values())
    return [
        ProviderShare(
            provider=provider,
            node_count=len(runs.nodes),
            node_share=runs.run_count / all_runs,
            time_share=runs.duration_us / all_us if all_us else runs.run_count / all_runs,
        )
        for provider, runs in sorted(
            by_provider.items(), key=lambda item: (-item[1].duration_us, item[0])
        )
    ]
