"""The command `mollisol`: one command a file, each thin."""
