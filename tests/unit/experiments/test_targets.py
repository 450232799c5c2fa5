"""Words for machines, and how much they hit."""

import random
from pathlib import Path

import pytest

from seakeep.core.errors import UndecidedError, UsageError
from seakeep.design.complete import complete
from seakeep.design.model import Design, Role
from seakeep.experiments.base import Observed, Radius
from seakeep.experiments.targets import choose, radius
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[3] / "examples"
OBSERVED = Observed(leaders={"etcd": "b-etcd2", "kube-scheduler": "c-cp1"}, vip_holder="b-lb1", dns=("a-cp1",))


@pytest.fixture(scope="module")
def design() -> Design:
    return complete(load(EXAMPLES / "three-sites.yaml"))


def names(
    word: str, design: Design, role: Role | None = None, seed: int = 0, observed: Observed = OBSERVED
) -> list[str]:
    among = design.machines if role is None else design.with_role(role)
    found = choose(word, among=among, design=design, observed=observed, chance=random.Random(seed))
    return [machine.name for machine in found]


@pytest.mark.parametrize(
    ("word", "role", "wanted"),
    [
        ("leader", Role.ETCD, ["b-etcd2"]),
        ("leader:kube-scheduler", Role.CONTROL_PLANE, ["c-cp1"]),
        ("vip-holder", Role.LOAD_BALANCER, ["b-lb1"]),
        ("site:c", None, ["c-etcd1", "c-cp1"]),
        ("site:a", Role.ETCD, ["a-etcd1", "a-etcd2"]),
        ("all", Role.CONTROL_PLANE, ["a-cp1", "b-cp1", "c-cp1"]),
        ("b-worker1", None, ["b-worker1"]),
        ("c-cp1+a-etcd1", None, ["a-etcd1", "c-cp1"]),
        ("dns", Role.CONTROL_PLANE, ["a-cp1"]),
    ],
)
def test_words_that_leave_nothing_to_chance(design, word, role, wanted) -> None:
    assert names(word, design, role) == wanted


@pytest.mark.parametrize(("word", "count"), [("one", 1), ("minority", 2), ("majority", 3), ("follower", 1)])
def test_chance_chooses_how_many_the_word_says(design, word, count) -> None:
    chosen = [tuple(names(word, design, Role.ETCD, seed)) for seed in range(30)]

    assert {len(each) for each in chosen} == {count}
    assert len(set(chosen)) > 1, "the seed changes the choice"
    assert chosen == [tuple(names(word, design, Role.ETCD, seed)) for seed in range(30)], "and decides it"


def test_a_follower_is_never_the_leader(design) -> None:
    assert "b-etcd2" not in {names("follower", design, Role.ETCD, seed)[0] for seed in range(50)}


@pytest.mark.parametrize(
    ("word", "role", "said"),
    [
        ("site:x", None, "no site 'x'"),
        ("nobody", None, "no machine 'nobody'"),
        ("a-cp1", Role.ETCD, "not a machine that this can be aimed at"),
        ("site:b", Role.LOAD_BALANCER, None),
        ("vip-holder", Role.ETCD, "cannot be aimed at"),
    ],
)
def test_words_that_mean_nothing_here(design, word, role, said) -> None:
    if said is None:
        assert names(word, design, role) == ["b-lb1"]
        return
    with pytest.raises(UsageError, match=said):
        names(word, design, role)


@pytest.mark.parametrize("word", ["leader", "vip-holder", "dns", "follower", "leader:kube-controller-manager"])
def test_who_is_not_known_is_not_guessed(design, word) -> None:
    with pytest.raises(UndecidedError):
        names(word, design, observed=Observed())


def test_a_minority_of_one_is_nobody(design) -> None:
    (one,) = design.machines[:1]
    with pytest.raises(UsageError):
        choose("minority", among=(one,), design=design, observed=OBSERVED, chance=random.Random(0))


@pytest.mark.parametrize(
    ("machines", "whole", "wanted"),
    [
        (["a-etcd1"], False, Radius.PROCESS),
        (["a-etcd1"], True, Radius.MACHINE),
        (["a-etcd1", "a-etcd2"], True, Radius.SITE),
        (["a-etcd1", "b-etcd1"], True, Radius.MINORITY),
        (["a-etcd1", "b-etcd1", "c-etcd1"], True, Radius.CLUSTER),
        (["a-cp1", "b-cp1"], True, Radius.MINORITY),
        (["a-lb1", "b-lb1"], True, Radius.CLUSTER),
        (["a-cp1", "b-cp1", "c-cp1"], False, Radius.CLUSTER),
    ],
)
def test_how_much_is_hit(design, machines, whole, wanted) -> None:
    chosen = [design.machine(name) for name in machines]

    assert radius(chosen, design, whole_machines=whole) is wanted


def test_the_only_machine_is_the_whole_cluster() -> None:
    design = complete(load(EXAMPLES / "single.yaml"))

    assert radius(design.machines, design, whole_machines=False) is Radius.CLUSTER
