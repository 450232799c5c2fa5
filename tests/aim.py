"""Experiments aimed at the three-site example by their own words."""

import random
from types import ModuleType

from seakeep.design.model import Design
from seakeep.experiments.base import Injection, Observed, candidates
from seakeep.experiments.targets import choose

OBSERVED = Observed(
    leaders={"etcd": "b-etcd1", "kube-controller-manager": "a-cp1", "kube-scheduler": "c-cp1"},
    vip_holder="a-lb1",
    dns=("a-cp1", "b-cp1", "c-cp1"),
)
"""As a healthy cluster has it: a replica of CoreDNS on each machine of the control plane."""


def aimed(module: ModuleType, design: Design) -> Injection:
    """With the same chance every time."""
    experiment = module.EXPERIMENT
    targets = choose(
        experiment.target,
        among=candidates(experiment, design),
        design=design,
        observed=OBSERVED,
        chance=random.Random(1),
    )
    return Injection(design=design, targets=targets, seconds=experiment.seconds, token="t_1", observed=OBSERVED)
