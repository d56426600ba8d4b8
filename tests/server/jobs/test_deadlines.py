from bakeoff.server.jobs.deadlines import Deadlines


def test_more_examples_have_more_time() -> None:
    deadlines = Deadlines(longest_s=1e9)

    assert deadlines.predict_s(2048) > deadlines.predict_s(64) > deadlines.load_s()
    assert deadlines.measure_s(60) > deadlines.measure_s(3) > 60


def test_no_deadline_is_longer_than_the_setting_allows() -> None:
    deadlines = Deadlines(longest_s=7)

    assert deadlines.load_s() == 7
    assert deadlines.layout_s() == 7
    assert deadlines.predict_s(1) == 7
    assert deadlines.measure_s(1) == 7
