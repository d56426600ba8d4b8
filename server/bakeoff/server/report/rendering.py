"""Templates filled in as pages that need nothing but themselves."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from bakeoff.server.report.page.charts import PALETTE
from bakeoff.server.report.page.document import Chapter, Chart, Facts, Fold, Json, Note, Part, Table

_TEMPLATES = Path(__file__).parent / "templates"
_SHADES = 10
# The space within `4.1 ms` and the two within `p < 0.0001`.
_BELONGS_TOGETHER = re.compile(
    r"(?<=\d) (?=%|ms\b|MiB\b|points\b)|(?<=\bp) (?=[<=] \d)|(?<=\bp [<=]) (?=\d)"
)


def render_page(
    template: str,
    chapters: Sequence[Chapter],
    *,
    report_json: Json,
    figures_csv: str,
    **values: object,
) -> str:
    """One page with styles, scripts and data in it; it loads nothing and runs offline.

    A content security policy in the page allows its own two scripts, by digest, and no other: texts
    of examples and labels are other people's. `report_json` and `figures_csv` are inside, for
    download. The same values give the same page.
    """
    plotly, page_script = get_plotlyjs(), _text("page.js")
    return (
        _environment()
        .get_template(template)
        .render(
            chapters=chapters,
            palette=PALETTE,
            style=Markup(_text("page.css")),  # noqa: S704 - our own file
            plotly=Markup(plotly),  # noqa: S704 - the file of the plotly package
            page_script=Markup(page_script),  # noqa: S704 - our own file
            policy=_policy(plotly, page_script),
            charts=_inline_json({chart.id: _plot(chart) for chart in _charts_of(chapters)}),
            figures_csv=_inline_json(figures_csv),
            report_json=_inline_json(report_json),
            **values,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        "table": lambda part: isinstance(part, Table),
        "chart": lambda part: isinstance(part, Chart),
        "note": lambda part: isinstance(part, Note),
        "facts": lambda part: isinstance(part, Facts),
        "fold": lambda part: isinstance(part, Fold),
    }
    environment.filters["shade"] = _shade
    environment.filters["glued"] = _glued
    return environment


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _inline_json(value: Json) -> Markup:
    """JSON that may stand within a script element: no `<` can end it or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - nothing in it can end the element


def _charts_of(drawn: Sequence[Chapter]) -> Iterator[Chart]:
    for chapter in drawn:
        for section in chapter.sections:
            yield from _charts_in(section.parts)


def _charts_in(parts: Sequence[Part]) -> Iterator[Chart]:
    for part in parts:
        if isinstance(part, Chart):
            yield part
        elif isinstance(part, Fold):
            yield from _charts_in(part.parts)


def _plot(chart: Chart) -> Mapping[str, Json]:
    return {"data": list(chart.traces), "layout": dict(chart.layout)}


def _glued(text: str) -> str:
    """Text in which no line ends between a number and its unit, or within `p < 0.0001`."""
    return _BELONGS_TOGETHER.sub("\u00a0", text)


def _shade(share: float) -> int:
    """Which of ten shades a share of 0 to 1 has; 0 is none."""
    return min(_SHADES, round(share * _SHADES + 0.4)) if share > 0 else 0
