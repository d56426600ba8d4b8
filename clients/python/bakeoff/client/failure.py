"""What went wrong, as one paragraph for a person at a terminal."""

import click

from bakeoff.client.errors import BakeoffClientError, InvalidOptionError, ServerError
from bakeoff.client.options.fields import in_options, option_of

# What a person at the command line can do, by reason. Most messages say it themselves.
REMEDIES = {
    "ALREADY_EXISTS": "Choose another id with --id, or delete what has it.",
    "DEADLINE_EXCEEDED": "Allow more time with --timeout.",
    "LABEL_UNKNOWN": "Map the labels with --label-map SET_LABEL=CANDIDATE_LABEL.",
    "LABELS_MISSING": "The kind of the labels can be given with --label-kind.",
    "NO_SUCH_TARGET": "`bakeoff targets list` shows those that there are.",
    "NOT_FOUND": "The `list` commands show what there is.",
    "PROVIDER_UNAVAILABLE": "`bakeoff doctor`, on the server's machine, says what is missing.",
    "UNAUTHENTICATED": "Give the token with --token or in BAKEOFF_TOKEN.",
    "UNAVAILABLE": (
        "Is a server running there? `bakeoff serve` starts one; without --server, a command "
        "starts its own. Beyond this machine TLS is used unless --insecure is given."
    ),
}

# Of a server's errors, those about what was typed. What a file or a bundle holds is none of it, nor
# is what was there yesterday.
WRONG_USAGE = frozenset(
    {"EXPRESSION_INVALID", "INVALID_FIELD", "INVALID_NAME", "NO_SUCH_TARGET", "UNKNOWN_FIGURE"}
)


class Failure(click.ClickException):
    """A command failed for a reason that is known. Exit code 1."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(f"{message} [{reason}]")
        self.reason = reason


class WrongUsage(Failure):
    """An option holds what it may not, as the command or the server sees it. Exit code 2."""

    exit_code = 2


def failure_of(error: Exception) -> Failure:
    """The paragraph for an error: its message, a remedy, and its reason."""
    reason = getattr(error, "reason", None)
    message = getattr(error, "message", None)
    if not isinstance(reason, str) or not isinstance(message, str):
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return Failure(f"{text}. With --debug the traceback is shown.", "UNEXPECTED")
    if isinstance(error, BakeoffClientError) and reason in REMEDIES:
        message = f"{_sentence(message)} {REMEDIES[reason]}"
    if isinstance(error, ServerError):
        message = in_options(message)
        options = (option_of(violation.field) for violation in error.field_violations)
        # A message that speaks of the constraint need not name the option too.
        told = [option for option in options if option.lstrip("-") not in message]
        if told:
            message = f"{_sentence(message)} At fault: {', '.join(told)}."
    kind = WrongUsage if _is_wrong_usage(error, reason) else Failure
    return kind(_sentence(message), reason)


def _is_wrong_usage(error: Exception, reason: str) -> bool:
    by_server = isinstance(error, ServerError) and reason in WRONG_USAGE
    return by_server or isinstance(error, InvalidOptionError)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
