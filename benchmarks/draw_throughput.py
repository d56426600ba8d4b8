"""Draw what `offline_throughput.py` observed: each way's throughput over transformers'.

A bar is the median over rounds of the ratio within a round; its line runs from the least to the
most. Writes an SVG, which the README shows.
"""

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from offline_throughput import rates

WAYS = ("optimum", "bakeoff", "bound")
NAMES = {
    "optimum": "optimum's pipeline",
    "bakeoff": "Bakeoff, over gRPC",
    "bound": "session.run alone, sorted batches",
}
# Colours of Okabe and Ito, which differ for the colour-blind too.
COLOURS = {"optimum": "#999999", "bakeoff": "#d55e00", "bound": "#000000"}
VARIANTS = ("fp32", "int8-dynamic")
RECORD = Path("benchmarks/results/offline_throughput.json")
BAR_HEIGHT = 0.25


def ratios(rounds: Sequence[Mapping[str, Mapping[str, float]]], way: str) -> list[float]:
    """Throughput of a way over transformers', round by round."""
    table = rates([dict(turn) for turn in rounds])
    return [own / other for own, other in zip(table[way], table["transformers"], strict=True)]


def draw(observations: Sequence[Mapping[str, Any]], output: Path) -> None:
    """Draw one panel for each variant, one group of bars for each model and kind of text."""
    # Text stays text, and the same observations give the same file.
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bakeoff", "font.size": 9})
    figure, panels = plt.subplots(1, len(VARIANTS), figsize=(10, 6), sharey=True)
    for panel, variant in zip(panels, VARIANTS, strict=True):
        groups = [item for item in observations if item["variant"] == variant]
        for position, group in enumerate(groups):
            for place, way in enumerate(WAYS):
                found = ratios(group["rounds"], way)
                middle = statistics.median(found)
                height = position + (place - 1) * BAR_HEIGHT
                panel.barh(
                    height,
                    middle,
                    BAR_HEIGHT,
                    color=COLOURS[way],
                    label=NAMES[way] if position == 0 else None,
                )
                panel.plot([min(found), max(found)], [height, height], color="#444444", linewidth=1)
                panel.text(max(found), height, f" {middle:.1f}", va="center", fontsize=7)
        panel.set_yticks(range(len(groups)))
        panel.set_yticklabels([f"{item['size']}\n{item['profile']}" for item in groups])
        panel.set_title(variant)
        panel.axvline(1, color="#666666", linestyle=":")
        panel.set_xlabel("throughput over transformers' pipeline on torch")
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].invert_yaxis()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="lower center", ncols=len(WAYS), frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(output, metadata={"Date": None})


def main() -> None:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "record", type=Path, nargs="?", default=RECORD, help="what offline_throughput.py wrote"
    )
    parser.add_argument("--output", type=Path, default=Path("docs/images/offline_throughput.svg"))
    options = parser.parse_args()
    draw(json.loads(options.record.read_text())["observations"], options.output)


if __name__ == "__main__":
    main()
