"""Kubernetes minors on the command line."""

import click


def minor(target: str | None) -> tuple[int, int] | None:
    """From `1.37` or `v1.37.2`; None for None. click.BadParameter for anything else, and for a minor of which nothing
    is known: what it removes would be passed without a word."""
    if target is None:
        return None
    parts = target.removeprefix("v").split(".")
    if len(parts) < 2 or not all(part.isdecimal() for part in parts[:2]):
        raise click.BadParameter("write it as 1.37", param_hint="--target")
    wanted = int(parts[0]), int(parts[1])
    from seakeep.versions.apis import OLDEST, newest

    if not OLDEST <= wanted <= newest():
        known = f"1.{OLDEST[1]} to 1.{newest()[1]}"
        raise click.BadParameter(f"what {target} serves is not known; {known} are", param_hint="--target")
    return wanted
