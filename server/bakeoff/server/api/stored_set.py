"""Whether the set of an evaluation is still the one that it ran on."""

from bakeoff.server.errors import NotFoundError, PreconditionError
from bakeoff.server.store import Store


def check_set_is_there(store: Store, evaluation: str) -> None:
    """Raises PreconditionError when the set was deleted, or replaced by another of its name."""
    ran_on = store.evaluation_set_of(evaluation)
    try:
        found_sha256 = store.evaluation_set(ran_on.name).sha256
    except NotFoundError:
        found_sha256 = ""
    if found_sha256 != ran_on.sha256:
        what = "another set has its name now" if found_sha256 else "it was deleted"
        msg = (
            f"{evaluation} ran on {ran_on.name} of SHA-256 {ran_on.sha256}, and {what}: upload "
            "that set again under the same id"
        )
        raise PreconditionError(msg, name=ran_on.name, sha256=ran_on.sha256)
