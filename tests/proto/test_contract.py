"""Promises about the contract: its comments, its compatibility, its stubs."""

import importlib
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from google.api import field_behavior_pb2
from google.protobuf import descriptor_pb2

# Options of the contract are read as options only once their extension is known.
FIELD_BEHAVIOR = field_behavior_pb2.field_behavior

REPOSITORY = Path(__file__).resolve().parents[2]
STUBS = REPOSITORY / "proto" / "gen" / "python"
STUB_MODULES = sorted(
    str(path.relative_to(STUBS).with_suffix("")).replace("/", ".")
    for path in STUBS.rglob("*_pb2.py")
)


def make_workspace(folder: Path, protos: Path) -> Path:
    """Put the contract and the Google protos that it imports into one folder; return it."""
    shutil.copytree(protos / "bakeoff", folder / "bakeoff")
    shutil.copy(REPOSITORY / "proto" / "buf.yaml", folder)
    common = Path(str(distribution("googleapis-common-protos").locate_file("google")))
    for name in ("api/field_behavior.proto", "rpc/status.proto"):
        destination = folder / "google" / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(common / name, destination)
    return folder


def run_buf(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run buf in a folder, offline."""
    return subprocess.run(
        [Path(sys.executable).with_name("buf"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("contract"), REPOSITORY / "proto")


def test_every_element_of_the_contract_is_commented_and_follows_the_standard(
    workspace: Path,
) -> None:
    assert (run := run_buf("lint", folder=workspace)).returncode == 0, run.stdout


def test_a_lint_fault_is_found(workspace: Path, tmp_path: Path) -> None:
    """The check above can fail."""
    folder = make_workspace(tmp_path / "faulty", workspace)
    (folder / "bakeoff/v1/faulty.proto").write_text(
        'syntax = "proto3";\npackage bakeoff.v1;\nmessage Uncommented {}\n'
    )
    assert "COMMENT_MESSAGE" not in run_buf("lint", folder=workspace).stdout
    assert "Uncommented" in run_buf("lint", folder=folder).stdout


def test_the_contract_does_not_break_the_last_release(workspace: Path, tmp_path: Path) -> None:
    tag = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if not tag:
        pytest.skip("nothing is released yet, so nothing can break")
    archive = subprocess.run(
        ["git", "archive", tag, "proto/bakeoff"], cwd=REPOSITORY, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", tmp_path], input=archive, check=True)
    released = make_workspace(tmp_path / "released", tmp_path / "proto")
    run = run_buf("breaking", "--against", str(released), folder=workspace)
    assert run.returncode == 0, run.stdout


def test_a_breaking_change_is_found(workspace: Path, tmp_path: Path) -> None:
    """The check above can fail."""
    changed = make_workspace(tmp_path / "changed", workspace)
    path = changed / "bakeoff/v1/figure.proto"
    path.write_text(path.read_text().replace("string unit = 6;", "int64 unit = 6;"))
    run = run_buf("breaking", "--against", str(workspace), folder=changed)
    assert run.returncode != 0
    assert "unit" in run.stdout


@pytest.fixture(scope="session")
def image(workspace: Path) -> dict[str, descriptor_pb2.FileDescriptorProto]:
    """The contract as buf compiles it, by the name of the file."""
    build = run_buf("build", "-o", "image.binpb", "--exclude-source-info", folder=workspace)
    assert build.returncode == 0, build.stderr
    files = descriptor_pb2.FileDescriptorSet.FromString((workspace / "image.binpb").read_bytes())
    return {file.name: file for file in files.file}


def without_json_names(
    file: descriptor_pb2.FileDescriptorProto,
) -> descriptor_pb2.FileDescriptorProto:
    """Clear what protoc leaves out of its stubs, and what buf adds."""
    plain = descriptor_pb2.FileDescriptorProto.FromString(file.SerializeToString())
    plain.DiscardUnknownFields()
    pending = list(plain.message_type)
    while pending:
        message = pending.pop()
        pending += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    return plain


@pytest.mark.parametrize("module", STUB_MODULES)
def test_the_committed_stubs_are_those_of_the_contract(
    module: str, image: dict[str, descriptor_pb2.FileDescriptorProto]
) -> None:
    stub = descriptor_pb2.FileDescriptorProto()
    importlib.import_module(module).DESCRIPTOR.CopyToProto(stub)
    assert without_json_names(image[stub.name]) == without_json_names(stub)


def test_every_file_of_the_contract_has_a_stub() -> None:
    protos = {
        str(path.relative_to(REPOSITORY / "proto"))
        for path in (REPOSITORY / "proto" / "bakeoff").rglob("*.proto")
    }
    stubs = {module.replace(".", "/").removesuffix("_pb2") + ".proto" for module in STUB_MODULES}
    assert protos == stubs


@pytest.mark.parametrize("package", ["bakeoff.v1", "bakeoff.worker.v1"])
def test_a_package_of_the_contract_offers_every_message_and_enum(package: str) -> None:
    surface = importlib.import_module(package)
    expected = set()
    for module in STUB_MODULES:
        if module.startswith(f"{package}."):
            descriptor = importlib.import_module(module).DESCRIPTOR
            expected |= {*descriptor.message_types_by_name, *descriptor.enum_types_by_name}
    assert sorted(expected) == surface.__all__


def test_messages_load_without_grpc() -> None:
    """Workers and pure rooms read messages and must not carry a transport."""
    code = "import sys, bakeoff.v1, bakeoff.worker.v1; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
