"""`seakeep runs resume`: where somebody looks for it who looks at runs."""

from seakeep.cli.resuming import resuming

run = resuming("runs resume")
