"""The commands: one file is one command, found by its name. It offers its click command as "command"."""
