"""A real browser draws the page without a word of complaint."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bakeoff.server.report import render_html
from bakeoff.v1 import Report

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.skipif(_BROWSER is None, reason="no Chromium is installed")
def test_all_charts_are_drawn_and_the_console_stays_empty(
    full_report: Report, tmp_path: Path
) -> None:
    html = render_html(full_report)
    page = tmp_path / "report.html"
    page.write_text(html, encoding="utf-8")

    done = subprocess.run(
        [
            str(_BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=4000",
            "--enable-logging=stderr",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert [] == [line for line in done.stderr.split("\n") if "CONSOLE" in line]
    assert html.count("data-chart=") == done.stdout.count('class="plot js-plotly-plot"')
