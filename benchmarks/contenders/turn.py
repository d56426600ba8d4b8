"""How a contender is driven: it loads, says that it is ready, and runs when told to.

Each contender is a process of its own that stays alive between its turns, so that
loading is not timed and two contenders never share an interpreter or a thread pool.
"""

import json
import sys
import time
from collections.abc import Callable


def take_turns(run: Callable[[], int]) -> None:
    """Answer each line on standard input with the seconds that one run took.

    `run` predicts every example once and returns how many it predicted. One run that
    is not timed comes first.
    """
    run()
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        count = run()
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "example_count": count}), flush=True)
