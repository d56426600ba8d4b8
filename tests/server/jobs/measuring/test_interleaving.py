from bakeoff.server.jobs.measuring.interleaving import order_in_round


def test_the_order_of_candidates_rotates_from_round_to_round() -> None:
    rounds = [order_in_round(["A", "B", "C"], index) for index in range(4)]

    assert rounds == [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"], ["A", "B", "C"]]


def test_nobody_has_no_order() -> None:
    assert order_in_round([], 3) == []
