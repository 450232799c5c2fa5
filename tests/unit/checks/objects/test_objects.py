"""Objects of Chaos Mesh, Velero and cert-manager: for every check what satisfies it and what does not."""

import pytest
from tests.unit.checks.judging import failures, tally

from seakeep.checks.objects.registry import CHECKS
from seakeep.checks.objects.velero_kept import interval

BY_ID = {module.CHECK.id: module for module in CHECKS}
KILL = """
apiVersion: chaos-mesh.org/v1alpha1
kind: PodChaos
metadata: {name: kill}
spec:
  action: pod-kill
  mode: one
  gracePeriod: 0
  selector: {namespaces: [shop], labelSelectors: {app: web}}
"""
BACKUP = """
apiVersion: velero.io/v1
kind: Schedule
metadata: {name: daily}
spec:
  schedule: "0 2 * * *"
  template: {ttl: 720h, defaultVolumesToFsBackup: true}
"""
CERTIFICATE = """
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {duration: 2160h, renewBefore: 720h}
"""
CASES = {
    "CHM001": (KILL, KILL.replace("mode: one", "mode: fixed")),
    "CHM002": (KILL, KILL.replace("namespaces: [shop], ", "")),
    "CHM003": (KILL, KILL + "  scheduler: {cron: '@every 1m'}\n"),
    "CHM004": (KILL, KILL + "  duration: 30s\n"),
    "VEL001": (BACKUP, BACKUP + "  paused: true\n"),
    "VEL002": (BACKUP, BACKUP.replace("defaultVolumesToFsBackup: true", "snapshotVolumes: false")),
    "VEL003": (BACKUP, BACKUP.replace("ttl: 720h", "ttl: 12h")),
    "CRT002": (CERTIFICATE, CERTIFICATE.replace("renewBefore: 720h", "renewBefore: 2h")),
}


def test_every_check_is_tried() -> None:
    assert set(BY_ID) == set(CASES)


@pytest.mark.parametrize("id_", CASES)
def test_what_satisfies_and_what_does_not(id_: str) -> None:
    good, bad = CASES[id_]
    assert good != bad
    assert failures(BY_ID[id_], good) == []
    assert tally(BY_ID[id_], good).passed == 1
    assert failures(BY_ID[id_], bad) != []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{action: pod-failure, mode: one}", "pod-failure without a duration lasts until it is removed"),
        ("{action: pod-failure, duration: 5s, gracePeriod: 0}", "gracePeriod has no meaning for pod-failure"),
        ("{action: pod-kill, gracePeriod: -1}", "gracePeriod is a whole number of seconds, 0 or more"),
    ],
)
def test_times_of_pod_faults(spec: str, message: str) -> None:
    text = f"apiVersion: chaos-mesh.org/v1alpha1\nkind: PodChaos\nmetadata: {{name: a}}\nspec: {spec}\n"
    assert [each.partition(": ")[2] for each in failures(BY_ID["CHM004"], text)] == [message]


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("0 2 * * *", 86400),
        ("30 * * * *", 3600),
        ("0 2 * * 0", 604800),
        ("@every 6h", 21600),
        ("@daily", 86400),
        ("*/5 * * * *", None),
        ("0 2 1 * *", None),
        ("", None),
    ],
)
def test_the_rhythm_of_a_schedule(schedule: str, seconds: float | None) -> None:
    assert interval(schedule) == seconds
