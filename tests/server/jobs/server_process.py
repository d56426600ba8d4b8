"""A server's engine alone, to be killed: `server_process.py DATA_DIR`.

Takes up what has not ended, and prints the shards that are committed and the worker processes
that run, one line of JSON a tenth of a second.
"""

import asyncio
import json
import sys
from pathlib import Path

import psutil

from bakeoff.server.jobs import Engine
from bakeoff.server.settings import Settings
from bakeoff.server.store import Store


async def main(data_dir: Path) -> None:
    store = Store.open(data_dir)
    engine = Engine(store, Settings(data_dir=data_dir))
    await engine.start()
    while True:
        told = {
            "shards": [
                len(store.shards(evaluation.name, candidate))
                for evaluation in store.unfinished_evaluations()
                for candidate in evaluation.spec.candidates
            ],
            "workers": [child.pid for child in psutil.Process().children()],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await asyncio.sleep(0.1)


asyncio.run(main(Path(sys.argv[1])))
