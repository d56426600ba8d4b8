"""The command as a whole: its parts, its errors, its exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from bakeoff import v1
from bakeoff.client.cli import bakeoff
from bakeoff.client.failure import REMEDIES
from bakeoff.client.reasons import REASONS
from bakeoff.client.statuses import CODES

if TYPE_CHECKING:
    from conftest import Shelf

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def invoke(*words: str, **settings: object) -> Result:
        return CliRunner(env={"BAKEOFF_SERVER": None}).invoke(bakeoff, words, **settings)

    return invoke


@pytest.fixture
def evaluate(
    run: Run, shelf: "Shelf", serve: Callable[..., str], bundle_folder: Path, tmp_path: Path
) -> Run:
    file = tmp_path / "set.csv"
    file.write_text("text,label\nhello,greeting\n")
    address = serve(shelf)

    def invoke(*options: str) -> Result:
        return run(
            "evaluate", "-c", str(bundle_folder), "-s", str(file), *options, "--server", address
        )

    return invoke


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (v1.Selection.STATE_RECOMMENDED, 0),
        (v1.Selection.STATE_NONE_QUALIFIES, 3),
        (v1.Selection.STATE_UNDECIDED, 4),
        (v1.Selection.STATE_UNSPECIFIED, 1),
    ],
)
def test_the_exit_code_tells_the_answer(
    shelf: "Shelf", evaluate: Run, state: v1.Selection.State.ValueType, code: int
) -> None:
    shelf.outcome.report.selection.state = state
    assert code == evaluate().exit_code


def test_json_is_the_report_on_stdout_and_all_else_on_stderr(shelf: "Shelf", evaluate: Run) -> None:
    shelf.outcome.report.evaluation = "evaluations/e"
    shelf.outcome.report.selection.state = v1.Selection.STATE_RECOMMENDED
    outcome = evaluate("--format", "json")
    assert shelf.outcome.report == json_format.Parse(outcome.stdout, v1.Report())
    assert "Read 1 examples from set.csv" in outcome.stderr
    assert "Sending tiny.fp32" in outcome.stderr
    assert "done" in outcome.stderr


def test_rendered_reports_are_written_to_files(
    shelf: "Shelf", evaluate: Run, tmp_path: Path
) -> None:
    names = ("r.html", "r.md", "r.json")
    html, markdown, report = (str(tmp_path / name) for name in names)
    evaluate("--html", html, "--markdown", markdown, "--json", report)
    assert [b"<html></html>"] * 3 == [(tmp_path / name).read_bytes() for name in names]
    assert shelf.artifact == [b"<html>", b"</html>"]


def test_detaching_prints_the_name(shelf: "Shelf", evaluate: Run) -> None:
    outcome = evaluate("--detach")
    assert (0, "evaluations/e\n") == (outcome.exit_code, outcome.stdout)
    assert not shelf.created[0].validate_only


def test_validating_runs_nothing(shelf: "Shelf", evaluate: Run) -> None:
    outcome = evaluate("--validate-only", "--format", "json")
    assert 0 == outcome.exit_code
    assert "evaluations/e" == json.loads(outcome.stdout)["name"]
    assert [True] == [created.validate_only for created in shelf.created]


def test_an_error_is_one_paragraph_with_its_reason(run: Run) -> None:
    outcome = run("candidates", "list", "--server", "127.0.0.1:1", "--timeout", "0.5")
    assert 1 == outcome.exit_code
    assert "" == outcome.stdout
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("Error: failed to connect")
    assert "`bakeoff serve` starts one" in line
    assert line.endswith("[UNAVAILABLE]")


def test_debug_shows_the_traceback(run: Run) -> None:
    words = ("candidates", "list", "--server", "127.0.0.1:1", "--timeout", "0.5")
    outcome = run("--debug", *words)
    assert "UnavailableError" == type(outcome.exception).__name__


def test_a_file_that_cannot_be_used_is_refused_before_a_server_is_started(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "set.csv").write_text("text,lable\na,x\n")
    outcome = run("evaluate", "-c", "x", "-s", str(tmp_path / "set.csv"))
    assert 1 == outcome.exit_code
    assert "The file has: 'text', 'lable'. Name one of them with label_column" in outcome.stderr
    assert outcome.stderr.endswith("[COLUMN_MISSING]\n")


def test_help_names_every_command_and_says_what_exit_codes_mean(run: Run) -> None:
    outcome = run("--help")
    names = [line.split()[0] for line in outcome.stdout.split("Commands:")[1].splitlines() if line]
    assert {
        *("adopt", "candidates", "compare", "completion", "demo", "doctor", "evaluate"),
        *("evaluations", "export", "health", "serve", "sets", "targets"),
    } <= set(names)
    assert "4 the evidence does not decide" in " ".join(outcome.stdout.split())


def test_help_of_evaluate_names_every_exit_code_of_the_docs(run: Run) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "command.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \|", page.split("## Exit codes")[1], re.MULTILINE)
    codes = {code for row in rows for code in row.split(", ")}
    assert {"0", "1", "2", "3", "4", "130", "143"} == codes
    for words in ((), ("evaluate",)):
        told = " ".join(run(*words, "--help").stdout.split()).split("Exit codes: ")[1]
        assert set() == codes - set(re.findall(r"(?<![\w.])\d+", told.split("Options:")[0]))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_to_complete(run: Run, shell: str) -> None:
    outcome = run("completion", shell)
    assert 0 == outcome.exit_code
    assert "_BAKEOFF_COMPLETE" in outcome.stdout


def test_completion_completes_commands_and_options() -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        environment = {
            **os.environ,
            "_BAKEOFF_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        }
        outcome = subprocess.run(
            [sys.executable, "-c", "from bakeoff.client.cli import main; main()"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [answer.split(",")[1] for answer in outcome.stdout.splitlines()]

    assert ["evaluate", "evaluations"] == complete("bakeoff eval")
    assert ["--markdown", "--margin"] == sorted(complete("bakeoff evaluate --mar"), reverse=True)
    assert ["json"] == complete("bakeoff targets list --format j")


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs a distribution with one more command."""

    def install(entry_point: str) -> None:
        information = tmp_path / "other-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[bakeoff.commands]\n{entry_point}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def test_another_distribution_brings_a_command(
    run: Run, bring: Callable[[str], None], tmp_path: Path
) -> None:
    bring("greet = other_commands:greet")
    (tmp_path / "other_commands.py").write_text(
        "import click\n@click.command()\ndef greet():\n    click.echo('hello')\n"
    )
    assert "hello\n" == run("greet").stdout


@pytest.mark.parametrize(
    ("entry_point", "remedy"),
    [
        ("greet = bakeoff.server.no_such_part:greet", "pip install 'bakeoff[server,cpu]'"),
        ("greet = bakeoff.exporter.no_such_part:greet", "pip install 'bakeoff[exporter]'"),
        ("greet = no_such_module:greet", "pip install what no_such_module needs"),
    ],
)
def test_a_command_whose_part_is_not_installed_says_what_to_install(
    run: Run, bring: Callable[[str], None], entry_point: str, remedy: str
) -> None:
    bring(entry_point)
    assert remedy in run("greet", "--help").stdout.replace("\n  ", " ")
    outcome = run("greet", "--any", "option")
    assert 1 == outcome.exit_code
    assert remedy in outcome.stderr
    assert "[EXTRA_MISSING]" in outcome.stderr
    assert f"Not installed: {remedy}" in run("--help").stdout


@pytest.mark.parametrize(
    ("statement", "code", "said"),
    [
        (
            "raise ZeroDivisionError('odd')",
            1,
            "Error: ZeroDivisionError: odd. With --debug the traceback is shown. [UNEXPECTED]\n",
        ),
        (
            "raise AssertionError",
            1,
            "Error: AssertionError. With --debug the traceback is shown. [UNEXPECTED]\n",
        ),
        ("raise KeyboardInterrupt", 130, "\nInterrupted.\n"),
        (
            "from bakeoff.client.termination import Terminated\n    raise Terminated",
            143,
            "\nTerminated.\n",
        ),
        (
            "import no_such_module",
            1,
            (
                "Error: `bakeoff fail` needs more than is installed (No module named "
                "'no_such_module'): pip install what failing_command needs. [EXTRA_MISSING]\n"
            ),
        ),
    ],
)
def test_whatever_a_command_raises_is_one_paragraph(
    run: Run,
    bring: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    statement: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.delitem(sys.modules, "failing_command", raising=False)
    bring("fail = failing_command:fail")
    (tmp_path / "failing_command.py").write_text(
        f"import click\n@click.command()\ndef fail():\n    {statement}\n"
    )
    outcome = run("fail")
    assert (code, said, "") == (outcome.exit_code, outcome.stderr, outcome.stdout)


def test_what_is_no_command_is_not_taken_for_one(
    run: Run, bring: Callable[[str], None], tmp_path: Path
) -> None:
    bring("greet = other_commands3:greet")
    (tmp_path / "other_commands3.py").write_text("greet = 3\n")
    outcome = run("greet")
    assert 1 == outcome.exit_code


def test_remedies_are_for_reasons_that_there_are() -> None:
    assert set() == set(REMEDIES) - set(REASONS) - set(CODES)


def test_the_module_is_the_command() -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "bakeoff.client", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.startswith("bakeoff, version ")
