"""Every check, on the objects that it is tried on, with something wrong in them: it answers, whatever stands there.

SEAKEEP_MUTATIONS sets how many objects are spoiled for each case; the sequence is fixed.
"""

import copy
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.props.test_check_mutations import ODD, nodes
from tests.unit.checks.test_cases import FOLDER, MODULES, objects, policy

from seakeep.checks.engine import Engine
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

ROUNDS = max(1, int(os.environ.get("SEAKEEP_MUTATIONS", "400")) // 100)


def spoiled(body: Any, chosen: random.Random) -> None:
    """One to four places get something else, or nothing."""
    for _ in range(chosen.randint(1, 4)):
        places = nodes(body)
        if not places:
            return
        parent, key = chosen.choice(places)
        if chosen.random() < 0.2 and isinstance(parent, dict):
            del parent[key]
        elif chosen.random() < 0.2:
            other, name = chosen.choice(places)
            parent[key] = copy.deepcopy(other[name])
        else:
            parent[key] = copy.deepcopy(chosen.choice(ODD))


def broken(module: ModuleType, index: Index) -> list[str]:
    """What the check could not cope with; and every path that it names leads into an object of JSON."""
    said = Engine([module], index).run().said
    for each in said:
        assert all(isinstance(step, str | int) for step in each.note.path)
        assert each.note.message
    return [each.note.message for each in said if "could not cope" in each.note.message]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_check_copes_with_spoiled_objects(file: Path) -> None:
    chosen = random.Random(file.stem)
    module = MODULES[file.stem]
    for cases in yaml.safe_load(file.read_text()).values():
        for case in cases:
            for _ in range(ROUNDS):
                bodies = copy.deepcopy(objects(case))
                for body in bodies:
                    spoiled(body, chosen)
                manifests = [Manifest(body) for body in bodies if isinstance(body, dict)]
                assert broken(module, Index(manifests, policy=policy(case))) == [], bodies
