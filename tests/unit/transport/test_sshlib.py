"""In a process of its own: a module is imported once."""

import subprocess
import sys

PROGRAM = """
import ctypes.util, sys
asked = []
search = ctypes.util.find_library
ctypes.util.find_library = searched = lambda name: asked.append(name)
from seakeep.transport.sshlib import asyncssh
assert ctypes.util.find_library is searched
print(asked, "mlkem768x25519-sha256" in [each.decode() for each in asyncssh.kex.get_kex_algs()])
"""


def test_no_c_library_is_searched_for_and_key_exchange_is_still_post_quantum() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
