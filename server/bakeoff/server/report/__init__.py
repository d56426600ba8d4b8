"""From evidence to a report, and from a report to a page.

Knows no transport and no model. The same evidence gives the same report, and the same report the
same page, to the last byte.
"""

from bakeoff.server.report.assemble import assemble
from bakeoff.server.report.comparison_html import render_comparison_html
from bakeoff.server.report.comparison_markdown import render_comparison_markdown
from bakeoff.server.report.differences import differing_paths
from bakeoff.server.report.html import render_html
from bakeoff.server.report.json import render_json
from bakeoff.server.report.markdown import render_markdown
from bakeoff.server.report.model_card import render_model_card
from bakeoff.server.report.summary_markdown import render_summary

__all__ = [
    "assemble",
    "differing_paths",
    "render_comparison_html",
    "render_comparison_markdown",
    "render_html",
    "render_json",
    "render_markdown",
    "render_model_card",
    "render_summary",
]
