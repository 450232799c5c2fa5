"""Machines that are cut off: what nft is told, and that the healer takes all of it away."""

import re
import shutil
import subprocess

import pytest
from tests.unit.phases.world import design_of

from seakeep.experiments import machine_cut_off
from seakeep.experiments.base import Injection, Shell

DESIGN = design_of()


def injection() -> Injection:
    targets = tuple(machine for machine in DESIGN.machines if machine.site == "a")
    return Injection(design=DESIGN, targets=targets, seconds=5, token="t_0")


def test_the_others_hear_no_announcement_of_the_vip_either() -> None:
    action = machine_cut_off.inject(injection())[0]
    assert isinstance(action, Shell)
    output = re.findall(r"add rule netdev storm_t_0 egress arp daddr ip \{ (.*) \} drop", action.script)
    assert output[0].split(", ") == [
        *sorted(str(machine.address) for machine in DESIGN.machines if machine.site != "a"),
        str(DESIGN.endpoint.vip),
    ]


def test_what_is_made_is_taken_away_again() -> None:
    scripts = {
        work: "".join(action.script for action in do(injection()) if isinstance(action, Shell))
        for work, do in (("inject", machine_cut_off.inject), ("heal", machine_cut_off.heal))
    }
    made = set(re.findall(r"add table (\w+ \w+)", scripts["inject"]))
    assert made == {"inet storm_t_0", "netdev storm_t_0"} == set(re.findall(r"delete table (\w+ \w+)", scripts["heal"]))


def test_nft_understands_it() -> None:
    program = shutil.which("nft") or pytest.skip("nft is not installed")
    action = machine_cut_off.inject(injection())[0]
    assert isinstance(action, Shell)
    written = re.findall(r"<<'?END.*\n((?:add .*\n)+)END", action.script)
    assert len(written) == 2
    for rules in written:
        checked = subprocess.run(
            [program, "-c", "-f", "-"], input=rules.replace("$dev", "lo"), capture_output=True, text=True, check=False
        )
        assert checked.stderr == ""
