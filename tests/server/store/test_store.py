"""The store as a whole: opened, damaged, full, killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from bakeoff.server import store as public
from bakeoff.server.errors import CorruptStoreError, StorageFullError, StoreError
from bakeoff.server.store import Store, store_failures
from bakeoff.server.store.database import Database

if TYPE_CHECKING:
    from conftest import Stock


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert sorted(public.__all__, key=lambda name: (not name.isupper(), name)) == public.__all__
    assert [name for name in public.__all__ if not hasattr(public, name)] == []


def test_what_was_stored_is_there_after_closing_and_opening(
    store: Store, stock: "Stock", tmp_path: Path
) -> None:
    candidate = stock.candidate("a")
    token = store.page_tokens.make("candidates", "a")
    store.close()
    reopened = Store.open(tmp_path / "data")
    try:
        assert reopened.candidate("candidates/a") == candidate
        assert reopened.page_tokens.read("candidates", token) == "a"
    finally:
        reopened.close()


def test_a_second_server_on_the_same_directory_is_refused(store: Store, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from bakeoff.server.store import Store; "
        "Store.open(Path(sys.argv[1]))"
    )
    second = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "another server is running on this data directory" in second.stderr
    store.check_writable()


def test_a_directory_is_free_again_after_a_server_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from bakeoff.server.store import Store; "
        "Store.open(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path / "data")], check=False)
    assert killed.returncode == -signal.SIGKILL
    Store.open(tmp_path / "data").close()


_CREATES_UNTIL_KILLED = """
import itertools, sys
from pathlib import Path
from bakeoff.server.store import Store
from bakeoff.v1 import Evaluation, EvaluationSpec

store = Store.open(Path(sys.argv[1]))
for number in itertools.count():
    evaluation = Evaluation(
        name=f"evaluations/e{number}",
        state=Evaluation.STATE_QUEUED,
        spec=EvaluationSpec(candidates=["candidates/a"], evaluation_set="evaluationSets/s"),
    )
    store.create_evaluation(evaluation)
    store.put_finding(evaluation.name, "", "kind", str(number).encode())
    print(number, flush=True)
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(
    store: Store, stock: "Stock", tmp_path: Path
) -> None:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.close()
    data_dir = tmp_path / "data"
    acknowledged = -1
    with subprocess.Popen(
        [sys.executable, "-c", _CREATES_UNTIL_KILLED, str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged == 20:
                writer.kill()
    reopened = Store.open(data_dir)
    try:
        for number in range(acknowledged + 1):
            name = f"evaluations/e{number}"
            assert reopened.finding(name, "", "kind") == str(number).encode()
            assert reopened.evaluation_path(name).is_dir()
    finally:
        reopened.close()


def test_what_a_crash_left_behind_is_cleared_away_at_the_next_start(
    store: Store, stock: "Stock", tmp_path: Path
) -> None:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.create_evaluation(stock.evaluation("e"))
    staging = store.begin_upload()
    (staging / "half").write_bytes(b"x")
    store.close()
    data_dir = tmp_path / "data"
    orphans = [
        data_dir / "bundles" / "00" / ("0" * 64),
        data_dir / "sets" / "00" / ("0" * 64),
        data_dir / "evaluations" / "gone",
    ]
    for orphan in orphans:
        orphan.mkdir(parents=True)
        (orphan / "file").write_bytes(b"x")
        orphan.chmod(0o555)
    reopened = Store.open(data_dir)
    try:
        assert [path for path in (staging, *orphans) if path.exists()] == []
        assert (reopened.bundle_path("candidates/a") / "model.onnx").read_bytes() == b"a"
        assert reopened.inputs_path("evaluationSets/s").is_file()
        assert reopened.evaluation_path("evaluations/e").is_dir()
    finally:
        reopened.close()


@pytest.mark.parametrize(
    "content", [b"this is not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_named_with_the_remedy(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bakeoff.sqlite3").write_bytes(content)
    with pytest.raises(CorruptStoreError, match=r"bakeoff\.sqlite3.*backup"):
        Store.open(tmp_path)
    # The directory is not held by the failed attempt.
    (tmp_path / "bakeoff.sqlite3").unlink()
    Store.open(tmp_path).close()


def test_a_damaged_page_is_found_at_the_start(store: Store, stock: "Stock", tmp_path: Path) -> None:
    for number in range(50):
        stock.candidate(f"c{number}")
    store.close()
    path = tmp_path / "data" / "bakeoff.sqlite3"
    content = bytearray(path.read_bytes())
    # Past the first page, which holds the schema.
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(CorruptStoreError, match=r"bakeoff\.sqlite3"):
        Store.open(tmp_path / "data")


def test_a_database_that_is_gone_beside_its_files_is_not_begun_anew(
    store: Store, stock: "Stock", tmp_path: Path
) -> None:
    stock.candidate("a")
    store.close()
    for path in (tmp_path / "data").glob("bakeoff.sqlite3*"):
        path.unlink()
    with pytest.raises(CorruptStoreError, match="gone"):
        Store.open(tmp_path / "data")


def test_a_newer_schema_is_refused_with_both_versions(store: Store, tmp_path: Path) -> None:
    store.close()
    with sqlite3.connect(tmp_path / "data" / "bakeoff.sqlite3") as connection:
        connection.execute("UPDATE properties SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(CorruptStoreError, match=r"schema 99, and this Bakeoff knows schema 1"):
        Store.open(tmp_path / "data")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bakeoff.sqlite3") as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(CorruptStoreError, match="not one of Bakeoff"):
        Store.open(tmp_path)


def test_a_full_database_is_storage_full_and_keeps_what_it_has(
    store: Store, stock: "Stock"
) -> None:
    stock.candidate("a")
    stock.evaluation_set("s")
    store.create_evaluation(stock.evaluation("e"))
    engine = store.database._engine
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1")
    )
    engine.dispose()
    with pytest.raises(StorageFullError, match="delete"):
        store.put_finding("evaluations/e", "", "large", bytes(1_000_000))
    assert store.finding("evaluations/e", "", "large") is None
    assert store.candidate("candidates/a").name == "candidates/a"


def test_a_full_disk_is_storage_full() -> None:
    with pytest.raises(StorageFullError), store_failures(), Path("/dev/full").open("wb") as file:
        file.write(b"x" * 100_000)


def test_a_file_of_the_store_that_is_gone_is_told_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(CorruptStoreError) as caught, store_failures():
        (tmp_path / "gone").read_bytes()
    assert str(tmp_path) not in caught.value.message


def test_any_other_failure_of_a_file_may_pass(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught, store_failures():
        tmp_path.read_bytes()
    assert type(caught.value) is StoreError
    assert "Is a directory" in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_a_database_held_by_somebody_else_is_unavailable(store: Store, tmp_path: Path) -> None:
    engine = store.database._engine
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 1")
    )
    engine.dispose()
    holder = sqlite3.connect(tmp_path / "data" / "bakeoff.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError) as caught:
            store.check_writable()
    finally:
        holder.close()
    assert type(caught.value) is StoreError


def test_the_database_is_safe_against_a_power_cut(store: Store) -> None:
    with store.database.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_lost_key_of_page_tokens_is_damage(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "db")
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM properties WHERE name = 'page_token_key'")
    with pytest.raises(CorruptStoreError):
        database.page_token_key()
    database.close()
