"""The disk that an API server writes its audit log to is full.

What: a file system of 64 KiB is mounted over the folder of the audit log on one machine, and the API server is
started anew on it. Why: an API server that could not answer without writing a line would be down with the disk. Heal:
the file system is taken away and the API server is started anew.
"""

from seakeep.artifacts import kube_apiserver
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="log_disk_full",
    title="The disk of the audit log is full",
    steady_state="every API server is ready and writes its audit log",
    target="one",
    radius=Radius.PROCESS,
    seconds=25.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """A small file system over the folder."""
    return tuple(
        Shell(
            host=machine.name,
            what="leave the audit log no room",
            script=scripts.cover(kube_apiserver.AUDIT_FOLDER, kube_apiserver.NAME),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The folder again."""
    return tuple(
        Shell(
            host=machine.name,
            what="give the audit log its disk back",
            script=scripts.uncover(kube_apiserver.AUDIT_FOLDER, kube_apiserver.NAME),
        )
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """One restart of one API server; it serves on without a log."""
    return predictions.processes_gone(injection, Role.CONTROL_PLANE)
