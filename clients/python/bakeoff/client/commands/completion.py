"""`bakeoff completion`."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Prints what makes a shell complete `bakeoff`.

    \b
    bash: eval "$(bakeoff completion bash)" in ~/.bashrc
    zsh:  eval "$(bakeoff completion zsh)" in ~/.zshrc
    fish: bakeoff completion fish > ~/.config/fish/completions/bakeoff.fish
    """  # noqa: D301 (the escape is click's mark for lines to be left as they are)
    kind = get_completion_class(shell)
    if kind is None:
        message = f"click knows no completion for {shell}."
        raise click.UsageError(message)
    click.echo(kind(ctx.find_root().command, {}, "bakeoff", "_BAKEOFF_COMPLETE").source())
