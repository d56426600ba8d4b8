"""What may have been meant by a name that there is not."""

import pytest

from bakeoff.server.near_names import near_names


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        ("acuracy", ["f1.macro", "accuracy", "mcc"], "did you mean accuracy?"),
        ("aaaa", ["aaab", "aaac"], "did you mean aaac or aaab?"),
        ("int8", ["fp32", "int8-dynamic"], "did you mean int8-dynamic?"),
        ("aaaa", ["aaab", "aaac", "aaad", "aaae"], "did you mean aaae, aaad or aaac?"),
        ("zzz", ["fp32", "int8-dynamic"], "there is fp32 and int8-dynamic"),
        ("zzz", [str(n) for n in range(11)], "there is 0, 1, 2, 3, 4, 5, 6, 7 and 3 more"),
        ("zzz", ["fp32"], "there is fp32"),
        ("zzz", [], "there is none"),
        ("", ["fp32"], "there is fp32"),
    ],
)
def test_names_that_are_spelt_alike_come_before_a_list(
    name: str, names: list[str], expected: str
) -> None:
    assert expected == near_names(name, names)
