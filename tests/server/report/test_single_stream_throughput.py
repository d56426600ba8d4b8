"""The page shows what single queries came to a second, beside their latency."""

from bakeoff.server.report.observations import END_TO_END, MODEL_ONLY
from bakeoff.server.report.page import roster
from bakeoff.server.report.page.quantiles import quantiles
from bakeoff.server.selection.wording import figure_quantity
from bakeoff.v1 import Report


def test_throughput_of_single_queries_stands_with_their_latency(full_report: Report) -> None:
    found = roster(full_report)

    table = quantiles(found, "single-stream", END_TO_END)

    assert ("Throughput", "queries") == (table.columns[-1].title, table.columns[-1].detail)
    figures = [one.figures["throughput_per_s@single-stream"] for one in found.measured("offline")]
    assert [figure_quantity(figure) for figure in figures] == [row[-1].text for row in table.rows]


def test_throughput_is_told_once_and_not_of_a_load_that_was_offered(full_report: Report) -> None:
    found = roster(full_report)

    for scenario, boundary in (("single-stream", MODEL_ONLY), ("server:qps=50", END_TO_END)):
        titles = [column.title for column in quantiles(found, scenario, boundary).columns]
        assert "Throughput" not in titles
