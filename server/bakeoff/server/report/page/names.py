"""What figures are called on the page."""

from bakeoff.server.report.page.roster import Roster
from bakeoff.server.scenarios import SINGLE_STREAM
from bakeoff.server.selection.wording import title


def key_title(roster: Roster, key: str) -> str:
    """Title of a figure, with its scenario unless it is the latency of single queries."""
    figure_id, scenario, part = _parts(roster, key)
    return title(figure_id, scenario, part)


def split_title(roster: Roster, key: str) -> tuple[str, str]:
    """Title of a figure with a capital first, and what `key_title` puts in brackets after it.

    The second is the scenario, or the class or slice; empty where it goes without saying.
    """
    figure_id, scenario, part = _parts(roster, key)
    words = title(figure_id)
    return f"{words[:1].upper()}{words[1:]}", scenario or " ".join(part.split("=", maxsplit=1))


def _parts(roster: Roster, key: str) -> tuple[str, str, str]:
    """Id, scenario and part of a figure; a key that nobody has tells the first two itself."""
    figure = next((one.figures[key] for one in roster.contenders if key in one.figures), None)
    if figure is None:
        figure_id, _, scenario = key.partition("@")
        part = ""
    else:
        figure_id, scenario, part = figure.id, figure.scenario, figure.part
    is_single = figure_id.startswith("latency") and scenario == SINGLE_STREAM
    return figure_id, "" if is_single else scenario, part
