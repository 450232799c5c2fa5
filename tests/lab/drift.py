"""Drift of every kind, made by hand on a living three-site cluster, and what stands beside it that is not Seakeep's."""

from tests.lab.cluster import Cluster

WORKER = r"""
echo '# x' >>/etc/kubernetes/kube-proxy.yaml
chmod 644 /var/lib/kubelet/config.yaml
chown bin /etc/containerd/config.toml
systemctl stop kubelet
mkdir -p /etc/systemd/system/kube-proxy.service.d
printf '[Service]\nNice=5\n' >/etc/systemd/system/kube-proxy.service.d/x.conf
systemctl set-property containerd.service CPUWeight=50
systemctl daemon-reload
echo extra >/etc/kubernetes/pki/theirs.crt
echo foreign >/etc/kubernetes/theirs.conf
echo foreign >/etc/containerd/theirs.toml
printf '[Service]\nExecStart=/bin/sleep infinity\n' >/etc/systemd/system/theirs.service
systemctl daemon-reload
systemctl start theirs.service
"""

ANSWERS = """
systemctl is-active theirs.service
cat /etc/kubernetes/theirs.conf /etc/containerd/theirs.toml
cat /var/lib/seakeep/aside/etc/kubernetes/pki/theirs.crt
ls /var/lib/seakeep/aside/etc/systemd/system/kube-proxy.service.d
"""
"""What says that none of it was lost: three words, the extra one, and the override."""

REPLACED = r"""
cd /opt/seakeep/kubernetes/*/
cp kubelet /opt/theirs
printf "#!/bin/sh\nexec /opt/theirs \"\$@\"\n" >new; chmod 755 new; mv new kubelet
systemctl restart kubelet
"""
"""Somebody's own build behind the link, and running."""

SECOND = r"""
ln -sfn /opt/theirs /opt/seakeep/bin/kube-proxy
ln -sfn /dev/null /etc/systemd/system/containerd.service
cp /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/kubelet.crt
systemctl daemon-reload
"""

CONTROL = r"""
rm /etc/kubernetes/scheduler.conf
systemctl disable --quiet kube-controller-manager
sysctl -qw net.ipv4.ip_forward=0
"""


def objects(cluster: Cluster) -> None:
    """Edited, removed, once ours, and those of others."""

    def kubectl(*args: str) -> None:
        cluster.run("kubectl", "--", *args).ok()

    kubectl("-n", "kube-system", "scale", "deployment", "coredns", "--replicas=1")
    kubectl("-n", "kube-system", "delete", "poddisruptionbudget", "coredns")
    kubectl("label", "node", "a-worker1", "topology.kubernetes.io/zone-", "theirs=kept")
    kubectl("taint", "node", "c-cp1", "node-role.kubernetes.io/control-plane-", "theirs=kept:PreferNoSchedule")
    kubectl("label", "--overwrite", "node", "b-worker1", "seakeep.io/pool=other")
    path = cluster.folder / "old.yaml"
    path.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n  namespace: kube-system\n"
        "  labels: {app.kubernetes.io/managed-by: seakeep}\ndata: {a: b}\n".replace("NAME", "once-ours")
    )
    kubectl("apply", "--server-side", "--field-manager=seakeep", "-f", str(path))
    path.write_text(path.read_text().replace("once-ours", "copied"))
    kubectl("create", "-f", str(path))


OURS = "an override that Seakeep did not put there"

WANTED: dict[str, dict[str, str]] = {
    "a-worker1": {
        "file /etc/containerd/config.toml": "owner is bin:root, wanted root:root",
        "set aside /etc/systemd/system.control/containerd.service.d/50-CPUWeight.conf": OURS,
        "restart containerd": "runs with an override: 50-CPUWeight.conf",
        "file /var/lib/kubelet/config.yaml": "mode is 0644, wanted 0600",
        "file /etc/kubernetes/kube-proxy.yaml": "content is ",
        "start kubelet": "is inactive (dead), wanted active",
        "set aside /etc/systemd/system/kube-proxy.service.d/x.conf": OURS,
        "restart kube-proxy": "runs with an override: x.conf",
        "set aside /etc/kubernetes/pki/theirs.crt": "/etc/kubernetes/pki is wholly Seakeep's",
    },
    "b-worker1": {
        "place kubernetes 1.37.2": "kubelet is ",
        "restart kubelet": "may run with a changed kubelet",
        "file /etc/systemd/system/containerd.service": "is a link, not a file",
        "restart containerd": "its unit file is masked",
        "file /etc/kubernetes/pki/kubelet.crt": "content is ",
        "link /opt/seakeep/bin/kube-proxy": "points at /opt/theirs, wanted ../kubernetes/1.37.2/kube-proxy",
        "restart kube-proxy": "may run with a changed kube-proxy",
    },
    "c-cp1": {
        "apply kernel settings": "net.ipv4.ip_forward is 0, wanted 1",
        "file /etc/kubernetes/scheduler.conf": "does not exist",
        "restart kube-scheduler": "may run with a changed scheduler.conf",
        "start kube-controller-manager": "is disabled, wanted enabled",
    },
    "cluster": {
        "apply Deployment kube-system/coredns": "spec.replicas is 1, wanted 3",
        "apply PodDisruptionBudget kube-system/coredns": "does not exist",
        "apply Node a-worker1": "metadata.labels.topology.kubernetes.io/zone is absent, wanted a",
        "apply Node b-worker1": "metadata.labels.seakeep.io/pool is other, wanted cold",
        "apply Node c-cp1": "spec.taints has 1 entries, wanted 2",
        "delete ConfigMap kube-system/once-ours": "Seakeep made it, and the file no longer asks for it",
    },
}
"""host -> what -> how the reason begins: all of it, and nothing else, is planned."""

THEIRS = "jsonpath={range .items[*]}{.metadata.labels.theirs} {.spec.taints[*].key} {end}"
"""What others put on the nodes, and our taint that is back."""


def tidy(cluster: Cluster) -> None:
    """Take away what stood beside ours."""
    for args in (
        ("label", "node", "a-worker1", "theirs-"),
        ("taint", "node", "c-cp1", "theirs-"),
        ("-n", "kube-system", "delete", "configmap", "copied"),
    ):
        cluster.run("kubectl", "--", *args).ok()
    files = "/etc/kubernetes/theirs.conf /etc/containerd/theirs.toml /etc/systemd/system/theirs.service"
    cluster.ssh("a-worker1", f"systemctl stop theirs; rm {files}; rm -r /var/lib/seakeep/aside").ok()
    cluster.ssh("b-worker1", "rm /opt/theirs").ok()


def with_more(text: str) -> str:
    """The file with one more load balancer, a label on one pool and a taint on the other."""
    role = "- {name: c-cp1, address: 10.77.3.21, site: c, roles: [control-plane"
    assert role in text
    return (
        text.replace(role, f"{role}, load-balancer")
        .replace("labels: {storage: hdd}", "labels: {storage: hdd, tier: gold}")
        .replace(
            "labels: {storage: ssd}",
            "labels: {storage: ssd}\n      taints: [{key: tier, value: gold, effect: PreferNoSchedule}]",
        )
    )
