"""`seakeep resume`."""

from seakeep.cli.resuming import resuming

run = resuming("resume")
