"""Sub-commands of `bakeoff`, one file for each command or noun."""
