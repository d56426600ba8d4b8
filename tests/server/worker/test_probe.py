"""Promises of trying a provider in a process of its own."""

import json
import subprocess
import sys

import pytest
from onnxruntime import get_available_providers


def probe(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bakeoff.server.worker.probe", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_processor_always_loads() -> None:
    finished = probe("--device", "cpu")
    assert {"provider": "CPUExecutionProvider", "loads": True, "failure": ""} == json.loads(
        finished.stdout
    )
    assert 0 == finished.returncode


@pytest.mark.skipif(
    "CUDAExecutionProvider" in get_available_providers(), reason="onnxruntime-gpu is installed"
)
def test_cuda_without_its_wheel_says_what_helps() -> None:
    finished = probe("--device", "cuda:0")
    found = json.loads(finished.stdout)
    assert ("CUDAExecutionProvider", False) == (found["provider"], found["loads"])
    assert "install bakeoff[server,gpu]" in found["failure"]
    assert 1 == finished.returncode


def test_an_unknown_device_is_an_error() -> None:
    finished = probe("--device", "tpu")
    assert "" == finished.stdout
    assert "got 'tpu'" in finished.stderr
    assert 2 == finished.returncode
