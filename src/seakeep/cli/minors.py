"""Kubernetes minors on the command line."""

import click


def minor(target: str | None) -> tuple[int, int] | None:
    """From `1.37` or `v1.37.2`; None for None. click.BadParameter for anything else."""
    if target is None:
        return None
    parts = target.removeprefix("v").split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        raise click.BadParameter("write it as 1.37", param_hint="--target")
    return int(parts[0]), int(parts[1])
