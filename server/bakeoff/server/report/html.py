"""A report as one HTML page that needs nothing but itself."""

import json

from bakeoff.server.report.figures_csv import render_figures_csv
from bakeoff.server.report.json import render_json
from bakeoff.server.report.page import answer, chapters, roster
from bakeoff.server.report.rendering import render_page
from bakeoff.v1 import Report


def render_html(report: Report) -> str:
    """One page with styles, scripts, the report and its figures in it; it loads nothing.

    The same report gives the same page.
    """
    found = roster(report)
    return render_page(
        "report.html.j2",
        chapters(found),
        report_json=json.loads(render_json(report)),
        figures_csv=render_figures_csv([report]),
        report=report,
        answer=answer(found),
    )
