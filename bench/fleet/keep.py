"""The process of Seakeep's part of the comparison. As in the command line, what it needs is imported after the
collector of cycles has been told to wait.

    python -m bench.fleet.keep FOLDER COUNT

Prints the number of differences.
"""

import asyncio
import sys
from pathlib import Path

from seakeep.core.shortlived import short_lived


def main(folder: Path, count: int) -> int:
    """The number of differences on all machines."""
    from .kept import differences  # noqa: PLC0415 - see above

    return asyncio.run(differences(folder, count))


if __name__ == "__main__":
    with short_lived():
        print(main(Path(sys.argv[1]), int(sys.argv[2])))
