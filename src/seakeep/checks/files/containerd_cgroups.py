"""containerd and kubelet manage cgroups the same way.

What: SystemdCgroup of containerd's runc is what cgroupDriver of the kubelets of the input says. Why: two managers of
one tree lose track of each other's groups; pods fail under load. Evidence: config.toml beside KubeletConfiguration.
Fix: SystemdCgroup = true and cgroupDriver: systemd.
"""

import tomllib

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad, unsure
from seakeep.checks.files.containerd_plugins import NEW, OLD, line_of
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig, text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CTD002",
    title="containerd and kubelet manage cgroups the same way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("containerd",),
    remediation="SystemdCgroup = true for runc, cgroupDriver: systemd for the kubelet",
    references=("https://kubernetes.io/docs/setup/production-environment/container-runtimes/#cgroup-drivers",),
)


def judge(file: OperatorFile, index: Index) -> Answer:
    """kubelets' default is cgroupfs, containerd's false."""
    kubelets = index.of("KubeletConfiguration")
    if not kubelets:
        return MOOT
    try:
        conf = tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        return unsure(f"it is not TOML: {error}")
    tables = [dig(conf, "plugins", name, "containerd", "runtimes", "runc", "options") for name in (OLD, NEW[0])]
    systemd = any(isinstance(table, dict) and table.get("SystemdCgroup") is True for table in tables)
    drivers = {text(each.body, "cgroupDriver") or "cgroupfs" for each in kubelets}
    wanted = "systemd" if systemd else "cgroupfs"
    if drivers == {wanted}:
        return None
    line = line_of(file, "SystemdCgroup")
    return bad(f"containerd uses {wanted}, kubelets use {', '.join(sorted(drivers))}", (line,), drivers=sorted(drivers))
