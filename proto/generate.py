"""Generate the Python stubs of the contract into `proto/gen/python`.

Runs protoc from grpcio-tools 1.80.0, whose stubs load on protobuf 6.33 and on 7.
Needs the `proto` dependency group; `make proto` calls it in an environment of its own.
"""

import shutil
from importlib.metadata import distribution
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent
OUTPUT = ROOT / "gen" / "python"
INCLUDES = (ROOT, Path(str(distribution("grpcio-tools").locate_file("grpc_tools/_proto"))))
PACKAGES = ("bakeoff/v1", "bakeoff/worker/v1")


def run_protoc(*arguments: str) -> None:
    """Run protoc; raise RuntimeError with its exit status if it fails."""
    includes = [f"-I{include}" for include in (*INCLUDES, common_protos())]
    status = protoc.main(["protoc", *includes, *arguments])
    if status != 0:
        msg = f"protoc ended with status {status}"
        raise RuntimeError(msg)


def common_protos() -> Path:
    """Folder that holds `google/api` and `google/rpc`."""
    return Path(str(distribution("googleapis-common-protos").locate_file(".")))


def write_surface(package: str, protos: list[Path]) -> None:
    """Write the `__init__.py` of a package: every top-level message and enum by name."""
    image = OUTPUT / "image.binpb"
    run_protoc(f"--descriptor_set_out={image}", *(str(proto) for proto in protos))
    files = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes()).file
    image.unlink()
    module_prefix = package.replace("/", ".")
    lines = ['"""Messages of the contract. Generated; `make proto` writes it anew."""', ""]
    surface: list[str] = []
    for file in sorted(files, key=lambda file: file.name):
        names = sorted([item.name for item in (*file.message_type, *file.enum_type)])
        if names:
            module = f"{module_prefix}.{Path(file.name).stem}_pb2"
            lines += [f"from {module} import (", *(f"    {name}," for name in names), ")"]
            surface += names
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in sorted(surface)), "]", ""]
    (OUTPUT / package / "__init__.py").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Write all stubs anew."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    for package in PACKAGES:
        protos = sorted((ROOT / package).glob("*.proto"))
        sources = [str(proto) for proto in protos]
        run_protoc(f"--python_out={OUTPUT}", f"--mypy_out=quiet:{OUTPUT}", *sources)
        services = [str(proto) for proto in protos if proto.stem.endswith("_service")]
        if services:
            run_protoc(f"--grpc_python_out={OUTPUT}", f"--mypy_grpc_out=quiet:{OUTPUT}", *services)
        write_surface(package, protos)
        (OUTPUT / package / "py.typed").touch()


if __name__ == "__main__":
    main()
