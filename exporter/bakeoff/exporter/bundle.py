"""A bundle on disk: written whole or not at all, and verified against its manifest."""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from google.protobuf import json_format

from bakeoff.exporter.digest import file_sha256
from bakeoff.exporter.errors import InvalidBundleError, OptionError, OutputExistsError
from bakeoff.v1 import BundleFile, Manifest

MANIFEST_FILE = "manifest.json"
SCHEMA_VERSION = 1

_VARIANT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME_LENGTH = 128


def valid_name(name: str, variant_id: str) -> str:
    """Name of a bundle: `<source>.<variant>`, in lower case and only of `a-z 0-9 . _ -`.

    Raises OptionError when nothing of `name` is left, or the variant's id holds anything else.
    """
    if not _VARIANT.fullmatch(variant_id):
        message = f"variant_id: must be of a-z, 0-9, `.`, `_` and `-`; got {variant_id!r}."
        raise OptionError(message)
    stem = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")
    suffix = f".{variant_id}"
    if not stem:
        message = f"name: must hold a letter or digit of a-z, 0-9; got {name!r}."
        raise OptionError(message)
    return stem[: _NAME_LENGTH - len(suffix)] + suffix


class Staging:
    """Bundles in the making, beside the folder that they go to."""

    def __init__(self, output: Path, scratch: Path, *, overwrite: bool) -> None:
        self._output = output
        self._scratch = scratch
        self._overwrite = overwrite
        self._finished: list[Path] = []

    @property
    def scratch(self) -> Path:
        """Folder for anything that does not go into a bundle."""
        folder = self._scratch / "scratch"
        folder.mkdir(exist_ok=True)
        return folder

    def new_bundle(self, name: str) -> Path:
        """Start a bundle: an empty folder to write its files into."""
        self.refuse_existing(name)
        folder = self._scratch / "bundles" / name
        folder.mkdir(parents=True)
        return folder

    def refuse_existing(self, name: str) -> None:
        """Raise OutputExistsError when the bundle is there and may not be replaced."""
        destination = self._output / name
        if not destination.exists() and not destination.is_symlink():
            return
        if not self._overwrite:
            message = f"output: {destination} exists already. Replace it with --overwrite."
            raise OutputExistsError(message)
        if not (destination / MANIFEST_FILE).is_file():
            message = f"output: {destination} exists and is not a bundle, so it is not replaced."
            raise OutputExistsError(message)

    def finish(self, folder: Path, manifest: Manifest) -> None:
        """List the files of a bundle in its manifest and write that."""
        del manifest.files[:]
        manifest.files.extend(
            BundleFile(
                path=path.relative_to(folder).as_posix(),
                size_bytes=path.stat().st_size,
                sha256=file_sha256(path),
            )
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        )
        text = json_format.MessageToJson(manifest, preserving_proto_field_name=True)
        (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")
        self._finished.append(folder)

    def publish(self) -> tuple[Path, ...]:
        """Move every finished bundle to its place."""
        published = []
        for folder in self._finished:
            destination = self._output / folder.name
            self.refuse_existing(folder.name)
            self._replace(destination, folder)
            published.append(destination)
        return tuple(published)

    def _replace(self, destination: Path, folder: Path) -> None:
        """Move a folder to a place that may be taken; if that fails, what was there comes back."""
        if not destination.exists():
            folder.rename(destination)
            return
        aside = self._scratch / f"replaced-{folder.name}"
        destination.rename(aside)
        try:
            folder.rename(destination)
        except OSError:
            aside.rename(destination)
            raise


@contextmanager
def staging(output: Path, *, overwrite: bool) -> Iterator[Staging]:
    """Open a staging area within `output`; whatever was not published is removed on leaving."""
    made = [folder for folder in (output, *output.parents) if not folder.exists()]
    output.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".bakeoff-", dir=output))
    try:
        yield Staging(output, scratch, overwrite=overwrite)
    finally:
        shutil.rmtree(scratch)
        for folder in made:
            if any(folder.iterdir()):
                break
            folder.rmdir()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a bundle. Raises InvalidBundleError."""
    try:
        text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
        manifest = json_format.Parse(text, Manifest())
    except (OSError, UnicodeDecodeError, json_format.ParseError) as failure:
        message = f"bundle: {folder} has no manifest that can be read: {failure}"
        raise InvalidBundleError(message) from failure
    if manifest.schema_version != SCHEMA_VERSION:
        message = (
            f"bundle: the layout must have version {SCHEMA_VERSION}; got {manifest.schema_version}."
        )
        raise InvalidBundleError(message)
    return manifest


def verify_bundle(folder: Path) -> Manifest:
    """Read a manifest and check every file against it.

    Raises InvalidBundleError when a file is missing, extra, not a plain file or not the one that
    was hashed.
    """
    manifest = read_manifest(folder)
    listed = {file.path: file for file in manifest.files}
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    }
    found.pop(MANIFEST_FILE)
    if set(listed) != set(found):
        missing, extra = sorted(set(listed) - set(found)), sorted(set(found) - set(listed))
        message = (
            f"bundle: files that are missing: {', '.join(missing) or 'none'}; "
            f"files that are not listed: {', '.join(extra) or 'none'}."
        )
        raise InvalidBundleError(message)
    for name, path in found.items():
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            message = f"bundle: {name} must be a plain file, not a link."
            raise InvalidBundleError(message)
        if status.st_size != listed[name].size_bytes or file_sha256(path) != listed[name].sha256:
            message = f"bundle: {name} is not the file that the manifest lists."
            raise InvalidBundleError(message)
    return manifest
