"""In a real browser, at three widths and in both themes, the page is whole and bars nobody.

Needs Chromium, Node.js and what `make audit` puts into `page_audit`; skipped without them. With
`BAKEOFF_PAGE_PICTURES` naming a folder, pictures of the page are left there.
"""

import csv
import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import Parse

from bakeoff.server.report import render_html
from bakeoff.server.report.page import answer, roster
from bakeoff.v1 import Report

_FOLDER = Path(__file__).parent / "page_audit"
_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    _BROWSER is None or _NODE is None or not (_FOLDER / "node_modules").is_dir(),
    reason="Chromium, Node.js or the packages of page_audit are not installed",
)

Found = dict[str, Any]

VIEWS = (
    ("desktop", "light"),
    ("desktop", "dark"),
    ("phone", "light"),
    ("phone", "dark"),
    ("enlarged", "light"),
)


@pytest.fixture(scope="module")
def audited_report(full_report: Report) -> Report:
    """A report with everything in it, of which a card has a scenario with a long name."""
    made = Report()
    made.CopyFrom(full_report)
    for result in made.candidates:
        kept = [found for found in result.scenarios if found.scenario != "server:qps=50"]
        del result.scenarios[:]
        result.scenarios.extend(kept)
    return made


@pytest.fixture(scope="module")
def audit(audited_report: Report, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the audit of a report with everything in it found."""
    page = tmp_path_factory.mktemp("audit") / "report.html"
    page.write_text(render_html(audited_report), encoding="utf-8")
    pictures = os.environ.get("BAKEOFF_PAGE_PICTURES")
    done = subprocess.run(
        [
            str(_NODE),
            str(_FOLDER / "audit.mjs"),
            str(_BROWSER),
            str(page),
            *([pictures] if pictures else []),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr  # 1 with faults, which each test tells for itself
    assert done.stdout, done.stderr
    found: Found = json.loads(done.stdout)
    return found


def _by_view(audit: Found, key: str) -> dict[tuple[str, str], object]:
    return {(look["view"], look["theme"]): look[key] for look in audit["looks"]}


def test_no_view_complains_and_nothing_is_asked_of_the_network(audit: Found) -> None:
    assert {view: [] for view in VIEWS} == _by_view(audit, "complaints")
    assert [] == audit["used"]["complaints"]


def test_axe_finds_no_serious_barrier(audit: Found) -> None:
    assert {view: [] for view in VIEWS} == _by_view(audit, "violations")


def test_every_chart_is_drawn_and_the_page_is_as_wide_as_its_window(audit: Found) -> None:
    for look in audit["looks"]:
        assert look["charts"] == look["drawn"] > 0
        assert look["window"] == look["wide"]
        assert 0 == look["tooWide"]


def test_a_scenario_with_a_long_name_stays_in_its_card(
    audit: Found, audited_report: Report
) -> None:
    (card,) = (one for one in answer(roster(audited_report)).tiles if one.of.startswith("server"))
    assert "server:qps=80,batch=8,delay=5ms" == card.of
    assert dict.fromkeys(VIEWS, 0) == _by_view(audit, "spilt")


def test_the_first_stop_of_the_tab_key_leads_to_the_answer(audit: Found) -> None:
    assert "Skip to the answer" == audit["used"]["firstStop"]
    assert ("#answer", "answer") == (audit["used"]["skippedTo"], audit["used"]["heardNext"])


def test_the_theme_can_be_changed_for_page_and_charts(audit: Found) -> None:
    before, after = audit["used"]["before"], audit["used"]["after"]

    assert before["paper"] != after["paper"]
    assert before["ink"] != after["ink"]
    assert "Light theme" == audit["used"]["offers"]


def test_downloads_are_reached_by_keyboard_and_hold_the_report(
    audit: Found, audited_report: Report
) -> None:
    files = audit["used"]["files"]

    assert {"opened": True, "closed": True, "left": True} == audit["used"]["menu"]
    assert "Download" == audit["used"]["afterDownload"]
    assert {"report.json", "figures.csv"} == set(files)
    assert audited_report == Parse(files["report.json"], Report())
    rows = list(csv.DictReader(io.StringIO(files["figures.csv"], newline="")))
    assert {result.candidate.name for result in audited_report.candidates} >= {
        row["candidate"] for row in rows
    }
    assert len(rows) > 100


def test_the_contents_tell_where_the_reader_is(audit: Found) -> None:
    assert ["Evidence", "Methods"] == audit["used"]["current"]


def test_paper_is_white_and_shows_all_warnings(audit: Found) -> None:
    assert {"paper": "rgb(255, 255, 255)", "navigation": "none", "folded": 0} == audit["used"][
        "printed"
    ]
