"""Twenty-one mistakes on the three-site cluster, each with the check that has to find it and the machine to name.
Files are put back from copies, so that nothing has to be restarted."""

import shlex
from dataclasses import dataclass

from tests.lab.cluster import Cluster

KEPT = "/var/tmp/before-misconfigured"
KUBERNETES = "/etc/kubernetes"
UNITS = "/etc/systemd/system"
LB = "/etc/seakeep/lb"


@dataclass(frozen=True)
class Mistake:
    """`script` is run on the machine after a copy of `path` was kept; `path` is '' for what the script itself makes."""

    check: str
    machine: str
    path: str
    script: str


def mode(check: str, machine: str, path: str, value: str) -> Mistake:
    return Mistake(check, machine, path, f"chmod {value} {path}")


def edit(check: str, machine: str, path: str, expression: str) -> Mistake:
    # A replacement that replaces nothing would be no mistake.
    command = f"sed -i {shlex.quote(expression)} {path} && ! cmp -s {path} {KEPT}{path}"
    return Mistake(check, machine, path, command)


MISTAKES = (
    mode("CPL101", "a-cp1", f"{UNITS}/kube-apiserver.service", "644"),
    mode("CPL102", "a-cp1", f"{KUBERNETES}/scheduler.conf", "644"),
    mode("CPL103", "a-cp1", f"{KUBERNETES}/pki/ca.crt", "666"),
    mode("CPL104", "a-cp1", f"{KUBERNETES}/pki/apiserver.key", "640"),
    mode("ETCD101", "a-etcd1", f"{UNITS}/etcd.service", "644"),
    mode("NOD101", "a-worker1", "/etc/cni/net.d/10-seakeep.conflist", "644"),
    mode("NOD102", "a-worker1", f"{UNITS}/kubelet.service", "644"),
    mode("NOD103", "a-worker1", f"{KUBERNETES}/kubelet.conf", "644"),
    mode("NOD104", "b-worker1", "/var/lib/kubelet/config.yaml", "644"),
    edit("HAP005", "a-lb1", f"{LB}/haproxy.cfg", "s/verify required/verify none/"),
    edit("KPA005", "b-lb1", f"{LB}/keepalived.conf", "/enable_script_security/d"),
    edit("KUB103", "c-cp1", "/var/lib/kubelet/config.yaml", "s/^readOnlyPort: 0/readOnlyPort: 10255/"),
    edit(
        "KUB114",
        "a-cp1",
        "/var/lib/kubelet/config.yaml",
        "s/^\\(imageGCHighThresholdPercent:\\) 85/\\1 70/",
    ),
    edit("KUB131", "c-cp1", f"{KUBERNETES}/authentication.yaml", "s#path: /healthz#path: /metrics#"),
    edit("KUB151", "b-cp1", f"{KUBERNETES}/encryption.yaml", "s/- secretbox:/- aescbc:/"),
    edit("KUB160", "b-cp1", f"{KUBERNETES}/pod-security.yaml", "s/enforce: restricted/enforce: privileged/"),
    edit("CTD001", "a-worker1", "/etc/containerd/config.toml", "s/^version = 3/version = 2/"),
    Mistake("NOD002", "b-worker1", "", "cp /etc/cni/net.d/10-seakeep.conflist /etc/cni/net.d/99-other.conflist"),
    Mistake("ETCD102", "a-etcd2", "", "chmod 755 /var/lib/etcd"),
)
UNDO = {
    "b-worker1": "rm -f /etc/cni/net.d/99-other.conflist",
    "a-etcd2": "chmod 700 /var/lib/etcd",
}
HOOK = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: nobody-there}
webhooks:
  - name: nobody.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: {service: {namespace: default, name: nobody}}
    rules: [{apiGroups: [nowhere.example.org], apiVersions: [v1], operations: [CREATE], resources: [things]}]
"""
"""It asks about nothing that exists: what is wrong with it can be seen without it doing any harm."""

CHECKS = sorted([*(mistake.check for mistake in MISTAKES), "LIV002", "NOD001"])


def make(cluster: Cluster) -> None:
    for machine in sorted({mistake.machine for mistake in MISTAKES}):
        lines = ["set -e", f"rm -rf {KEPT}; mkdir -p {KEPT}"]
        for mistake in MISTAKES:
            if mistake.machine != machine:
                continue
            if mistake.path:
                lines.append(f"cd / && [ -e {KEPT}{mistake.path} ] || cp -a --parents {mistake.path} {KEPT}")
            lines.append(mistake.script)
        cluster.ssh(machine, "\n".join(lines)).ok()
    hook = cluster.folder / "hook.yaml"
    hook.write_text(HOOK)
    cluster.run("kubectl", "--", "apply", "-f", str(hook)).ok()
    cluster.run("kubectl", "--", "cordon", "b-worker1").ok()


def undo(cluster: Cluster) -> None:
    for machine in sorted({mistake.machine for mistake in MISTAKES}):
        script = f"if [ -d {KEPT} ]; then cp -a {KEPT}/. /; rm -rf {KEPT}; fi; {UNDO.get(machine, 'true')}"
        cluster.ssh(machine, script).ok()
    cluster.run("kubectl", "--", "delete", "validatingwebhookconfiguration", "nobody-there").ok()
    cluster.run("kubectl", "--", "uncordon", "b-worker1").ok()
