"""Several reports side by side, as one HTML page that needs nothing but itself."""

import json
from collections.abc import Sequence

from bakeoff.server.report.figures_csv import render_figures_csv
from bakeoff.server.report.json import render_json
from bakeoff.server.report.page.comparison_page import comparison_chapters, headline
from bakeoff.server.report.page.run import runs
from bakeoff.server.report.rendering import render_page
from bakeoff.v1 import Report


def render_comparison_html(reports: Sequence[Report]) -> str:
    """Answers, figures and hardware of two reports or more, in their order.

    The same reports give the same page.
    """
    found = runs(reports)
    return render_page(
        "comparison.html.j2",
        comparison_chapters(found),
        report_json=[json.loads(render_json(report)) for report in reports],
        figures_csv=render_figures_csv(reports),
        runs=found,
        headline=headline(found),
    )
