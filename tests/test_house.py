"""Promises about the repository itself."""

import importlib
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ROOTS = ("proto/gen/python", "server", "exporter", "clients/python")
PUBLIC_PACKAGES = ("bakeoff.client", "bakeoff.v1", "bakeoff.worker.v1")


@pytest.mark.parametrize("root", ROOTS)
def test_the_shared_namespace_has_no_init_file(root: str) -> None:
    """One `bakeoff/__init__.py` would hide every other root."""
    assert (REPOSITORY / root / "bakeoff").is_dir()
    assert not (REPOSITORY / root / "bakeoff" / "__init__.py").exists()


@pytest.mark.parametrize("root", [root for root in ROOTS if root != "proto/gen/python"])
def test_every_part_says_that_it_is_typed(root: str) -> None:
    part = next(path for path in (REPOSITORY / root / "bakeoff").iterdir() if path.is_dir())
    assert (part / "py.typed").is_file()


@pytest.mark.parametrize("package", PUBLIC_PACKAGES)
def test_a_public_package_lists_its_whole_surface_in_order(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == list(module.__all__)
    assert [] == [name for name in module.__all__ if not hasattr(module, name)]


def test_wheel_and_editable_install_hold_the_same_roots() -> None:
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert list(ROOTS) == build["dev-mode-dirs"]
    assert [f"{root}/bakeoff" for root in ROOTS] == build["targets"]["wheel"]["packages"]


def test_the_two_runtimes_are_never_asked_for_together() -> None:
    """The packages onnxruntime and onnxruntime-gpu fill the same folder."""
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    runtimes = {
        name: {item.split("=")[0].split("[")[0] for item in items}
        & {"onnxruntime", "onnxruntime-gpu"}
        for name, items in extras.items()
    }
    assert {"onnxruntime"} == runtimes["cpu"]
    assert {"onnxruntime-gpu"} == runtimes["gpu"]
    assert [] == [name for name, found in runtimes.items() if len(found) > 1]
