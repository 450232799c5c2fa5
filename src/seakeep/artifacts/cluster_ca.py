"""What every node has before anything of Kubernetes: its folders and what it trusts as the cluster's CA."""

from seakeep.artifacts.base import DirSpec, MachineFiles
from seakeep.artifacts.common import CLUSTER_CA, KUBERNETES, PKI, stored
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits
from seakeep.state.rotation import trust_name


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """/etc/kubernetes, its pki folder and ca.crt."""
    del design, machine, traits
    return MachineFiles(
        dirs=(DirSpec(path=KUBERNETES), DirSpec(path=PKI)),
        files=(stored(CLUSTER_CA, trust_name("cluster")),),
    )
