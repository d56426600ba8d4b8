"""`python -m bakeoff.client` is the command `bakeoff`."""

from bakeoff.client.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    from bakeoff.client.cli import main

    main()
