"""What an evaluation is asked to find, as a person writes it.

offline
single-stream:min_duration=5s,min_query_count=1000,bound=p99:20ms
multi-stream:n=8,threads=2
server:qps=50,batch=8,delay=5ms
server:trace=arrivals.txt
peak-load:p99=20ms
soak:min_duration=60s

The id of a scenario can be written as well, but for a trace, of which it holds a digest alone.
`docs/command.md` has every key.
"""

from bakeoff.client.spec_text.batch_policy import parse_batch_policy
from bakeoff.client.spec_text.quantities import parse_duration, parse_size
from bakeoff.client.spec_text.scenario import parse_scenario
from bakeoff.client.spec_text.slo import parse_slo
from bakeoff.client.spec_text.sweep import parse_sweep
from bakeoff.client.spec_text.traffic import parse_traffic

__all__ = [
    "parse_batch_policy",
    "parse_duration",
    "parse_scenario",
    "parse_size",
    "parse_slo",
    "parse_sweep",
    "parse_traffic",
]
