"""The long version of tests/lab/test_e2e_crash.py: the bring-up of the three-site cluster and a change of it, killed
over and over at random moments.

    .venv/bin/python bench/crash.py [--kills 10] [--seed 20261125] [--example three-sites]

Needs root and the binaries in the cache. Prints where each kill fell; the same seed gives the same waits, not the same
places: those depend on how fast the computer is.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """The tests' exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--example", default="three-sites")
    chosen = parser.parse_args()
    environment = {
        **os.environ,
        "SEAKEEP_CRASH_EXAMPLE": chosen.example,
        "SEAKEEP_CRASH_KILLS": str(chosen.kills),
        "SEAKEEP_CRASH_SEED": str(chosen.seed),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--durations=0", "-m", "lab", "tests/lab/test_e2e_crash.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
