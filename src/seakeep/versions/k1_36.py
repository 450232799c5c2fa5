"""Kubernetes 1.36."""

from seakeep.versions.model import Minor

MINOR = Minor(
    minor=(1, 36),
    patches=("1.36.1", "1.36.3"),
    etcd="3.6.16",
    containerd="2.4.2",
    runc="1.5.2",
    cni_plugins="1.9.1",
    coredns="1.15.0",
    flannel="0.28.4",
    kube_router="2.1.0",
    pause_image="registry.k8s.io/pause:3.10.1",
    coredns_image="registry.k8s.io/coredns/coredns:v1.15.0",
    flannel_image="ghcr.io/flannel-io/flannel:v0.28.4",
    kube_router_image="docker.io/cloudnativelabs/kube-router:v2.1.0",
    probe_image="registry.k8s.io/e2e-test-images/agnhost:2.53",
    authentication_config_api="apiserver.config.k8s.io/v1",
    kubelet_config_api="kubelet.config.k8s.io/v1beta1",
    skew_kubelet=3,
    end_of_life="2027-06-28",
)
