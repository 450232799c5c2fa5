from dataclasses import replace
from pathlib import Path

import pytest

from seakeep.design.complete import complete
from seakeep.design.model import Design
from seakeep.design.traits import Traits
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="session")
def three_sites() -> Design:
    return complete(load(EXAMPLES / "three-sites.yaml"))


@pytest.fixture(scope="session")
def single() -> Design:
    return complete(load(EXAMPLES / "single.yaml"))


@pytest.fixture(scope="session")
def tenants() -> Design:
    design = complete(load(EXAMPLES / "tenants.yaml"))
    return replace(design, network=replace(design.network, policy_enforcer="kube-router"))


@pytest.fixture(scope="session")
def stacked() -> Design:
    return complete(load(EXAMPLES / "ssh.yaml"))


@pytest.fixture
def real() -> Traits:
    return Traits()


@pytest.fixture
def nested() -> Traits:
    return Traits(cgroup_version=1, nested=True, seccomp=False)
