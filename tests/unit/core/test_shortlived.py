"""In a process of its own: what is frozen stays so."""

import subprocess
import sys

PROGRAM = """
import gc
from seakeep.core.shortlived import short_lived
class Cycle:
    def __init__(self): self.me = self
    def __del__(self): print("collected")
with short_lived():
    print(gc.isenabled(), gc.get_threshold()[0] > 10_000, gc.get_freeze_count())
    Cycle()
    gc.collect()
    Cycle()
print(gc.get_freeze_count() > 1000)
"""


def test_the_collector_still_works_and_does_not_look_again_at_the_end() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True True 0", "collected", "True"]
