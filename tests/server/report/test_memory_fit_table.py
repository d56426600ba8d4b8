"""The longest input that fits is told with what limits it: the memory, or the model itself."""

import pytest

from bakeoff.server.report.page import roster
from bakeoff.server.report.page.document import Table
from bakeoff.server.report.page.memory_fit import memory_fit
from bakeoff.v1 import Report


@pytest.mark.parametrize(
    ("max_length", "expected"),
    [(128, "the longest that the model takes fits"), (512, "limited by the memory")],
)
def test_the_longest_input_says_what_limits_it(
    full_report: Report, max_length: int, expected: str
) -> None:
    changed = Report()
    changed.CopyFrom(full_report)
    for result in changed.candidates:
        result.memory_fit.max_token_count = 128
        result.candidate.manifest.tokenization.max_length = max_length

    section = memory_fit(roster(changed))

    assert section is not None
    (table,) = section.parts
    assert isinstance(table, Table)
    assert {("128 tokens", expected)} == {(row[-1].text, row[-1].detail) for row in table.rows}
