"""What is seen before a fault that would explain why a promise is not kept."""

from seakeep.design.model import Role
from seakeep.design.quorum import quorum
from seakeep.experiments.base import Injection


def membership(injection: Injection) -> str:
    """Where etcd counts other members than the design, and what that means for this injection; '' where it does not."""
    members = injection.observed.members
    wanted = sorted(machine.name for machine in injection.design.with_role(Role.ETCD))
    if not members or sorted(members) == wanted:
        return ""
    gone = {machine.name for machine in injection.targets}
    left = sum(name not in gone for name in members)
    text = f"etcd has {len(members)} voting members ({', '.join(members)}), the design {len(wanted)}"
    if left < quorum(len(members)):
        text += f": without the targets {left} are left and quorum is {quorum(len(members))}"
    return text
