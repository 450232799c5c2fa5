"""What somebody meant who named something that there is not."""

from collections.abc import Sequence
from difflib import get_close_matches

_SHOWN = 20


def meant(name: str, names: Sequence[str]) -> str:
    """A hint: the nearest of the names, in whatever case it was written, and those that there are."""
    more = len(names) - _SHOWN
    listed = (", ".join(names[:_SHOWN]) or "none") + (f" and {more} more" if more > 0 else "")
    close = get_close_matches(name.lower(), {each.lower(): each for each in names}, n=1)
    right = next((each for each in names if close and each.lower() == close[0]), None)
    return f"did you mean {right}? There are: {listed}" if right else f"there are: {listed}"
