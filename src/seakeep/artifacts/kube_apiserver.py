"""An API server: its flags, its certificates and what it admits, records and encrypts."""

from seakeep.artifacts import api_policies, unit
from seakeep.artifacts.base import DirSpec, MachineFiles, UnitSpec
from seakeep.artifacts.common import (
    BIN,
    CIPHER_SUITES,
    CLUSTER_CA,
    PKI,
    UNITS,
    pair,
    pair_paths,
    program_link,
    seconds,
    stored,
    unit_file,
)
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.state.rotation import trust_name

NAME = "kube-apiserver"
AUDIT_FOLDER = "/var/log/kubernetes"
AUDIT_LOG = f"{AUDIT_FOLDER}/audit.log"
SA_KEY = f"{PKI}/sa.key"
PORT = 6443

_WATCH_SECONDS = 5
"""In which all watches are ended, spread out so that they do not come back together."""

_REQUEST_SECONDS = 60
"""The API server's own limit for a request that is not a watch."""


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The API server on this machine."""
    del traits
    leaf = design.pki.leaf
    name = machine.name
    policies = api_policies.files(design)
    return MachineFiles(
        dirs=(DirSpec(path=AUDIT_FOLDER, mode=0o700),),
        files=(
            *pair(PKI, "apiserver", leaf("cluster", f"apiserver-{name}")),
            *pair(PKI, "apiserver-kubelet-client", leaf("cluster", f"apiserver-kubelet-client-{name}")),
            *pair(PKI, "apiserver-etcd-client", leaf("etcd", f"apiserver-{name}")),
            stored(f"{PKI}/etcd-ca.crt", trust_name("etcd")),
            stored(f"{PKI}/front-proxy-ca.crt", trust_name("front-proxy")),
            *pair(PKI, "front-proxy-client", leaf("front-proxy", f"client-{name}")),
            stored(f"{PKI}/sa.pub", "pki/sa.pub"),
            stored(SA_KEY, "pki/sa.key"),
            *policies,
            unit_file(NAME, _unit(design, machine), mode=0o600),
        ),
        units=(
            UnitSpec(
                name=NAME,
                # What it trusts of etcd is read once. What it trusts of kubelets is looked at again now and then, and
                # of clients at once; one file is both, and with a restart it is known when. What it shows to kubelets
                # it finds by itself, but then it closes every connection to them, the one being opened included
                # (client-go, `dynamicClientCert`): the request that opened it fails. A restart loses none.
                reads=(
                    f"{UNITS}/{NAME}.service",
                    CLUSTER_CA,
                    f"{PKI}/etcd-ca.crt",
                    f"{PKI}/sa.pub",
                    SA_KEY,
                    *pair_paths(PKI, "apiserver-kubelet-client"),
                    *(policy.path for policy in policies),
                ),
                binaries=(("kubernetes", NAME),),
                follows=(
                    *pair_paths(PKI, "apiserver"),
                    *pair_paths(PKI, "apiserver-etcd-client"),
                    f"{PKI}/front-proxy-ca.crt",
                    *pair_paths(PKI, "front-proxy-client"),
                ),
            ),
        ),
        links=tuple(program_link(design, "kubernetes", program) for program in (NAME, "kubectl")),
    )


def flags(design: Design, machine: Machine) -> dict[str, str]:
    """Its flags without the leading dashes, in the order they are written."""
    network, security = design.network, design.security
    members = design.with_role(Role.ETCD)
    peers = design.with_role(Role.CONTROL_PLANE)
    chosen = {
        # Its own address, not all: HAProxy may hold the VIP and 127.0.0.1 on the same port.
        "bind-address": str(machine.address),
        "secure-port": str(PORT),
        "advertise-address": str(machine.address),
        "endpoint-reconciler-type": "lease",
        "etcd-servers": ",".join(f"https://{member.address}:2379" for member in members),
        "etcd-cafile": f"{PKI}/etcd-ca.crt",
        "etcd-certfile": f"{PKI}/apiserver-etcd-client.crt",
        "etcd-keyfile": f"{PKI}/apiserver-etcd-client.key",
        # Two seconds otherwise: longer than a load balancer waits, which would then take it for dead.
        "etcd-readycheck-timeout": f"{design.timings.etcd_ready_ms}ms",
        "service-cluster-ip-range": str(network.service_range),
        "tls-cert-file": f"{PKI}/apiserver.crt",
        "tls-private-key-file": f"{PKI}/apiserver.key",
        "tls-min-version": "VersionTLS12",
        "tls-cipher-suites": ",".join(CIPHER_SUITES),
        "client-ca-file": CLUSTER_CA,
        # No --anonymous-auth beside it: the API server refuses to start with both.
        "authentication-config": api_policies.AUTHENTICATION,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction,EventRateLimit,DenyServiceExternalIPs",
        "admission-control-config-file": api_policies.ADMISSION,
        "encryption-provider-config": api_policies.ENCRYPTION,
        "service-account-issuer": f"https://kubernetes.default.svc.{network.cluster_domain}",
        "service-account-key-file": f"{PKI}/sa.pub",
        "service-account-signing-key-file": SA_KEY,
        "service-account-lookup": "true",
        "service-account-extend-token-expiration": "false",
        "kubelet-certificate-authority": CLUSTER_CA,
        "kubelet-client-certificate": f"{PKI}/apiserver-kubelet-client.crt",
        "kubelet-client-key": f"{PKI}/apiserver-kubelet-client.key",
        # Names of machines need not resolve anywhere.
        "kubelet-preferred-address-types": "InternalIP,Hostname",
        "requestheader-client-ca-file": f"{PKI}/front-proxy-ca.crt",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "proxy-client-cert-file": f"{PKI}/front-proxy-client.crt",
        "proxy-client-key-file": f"{PKI}/front-proxy-client.key",
        "allow-privileged": "true",  # PodSecurity decides who may; the pod network has to
        "audit-policy-file": api_policies.AUDIT_POLICY,
        "audit-log-path": AUDIT_LOG,
        "audit-log-format": "json",
        "audit-log-maxage": str(security.audit_max_age_days),
        "audit-log-maxbackup": str(security.audit_max_backups),
        "audit-log-maxsize": str(security.audit_max_size_mb),
        "profiling": "false",
        # Without --shutdown-send-retry-after: when the delay is over, kept connections are ended (GOAWAY, or closed
        # when idle) and open again elsewhere. With it each would be told 429 and to come back after five seconds.
        "shutdown-delay-duration": seconds(design.timings.shutdown_delay),
        # Without it watches are not told to end, and each restart waits a minute for them.
        "shutdown-watch-termination-grace-period": seconds(_WATCH_SECONDS),
    }
    if len(peers) > 1:
        # Long HTTP/2 connections never move by themselves; this lets them find a server that came back.
        chosen["goaway-chance"] = "0.001"
    return chosen


def _unit(design: Design, machine: Machine) -> str:
    command = [f"{BIN}/{NAME}", *(f"--{flag}={value}" for flag, value in flags(design, machine).items())]
    settings = [
        "Type=notify",
        "Restart=always",
        "RestartSec=1",
        # It is ready only once etcd answers.
        "TimeoutStartSec=infinity",
        # The shutdown delay, then the requests in flight, then a margin.
        f"TimeoutStopSec={design.timings.shutdown_delay + _REQUEST_SECONDS + 15}",
        "LimitNOFILE=65536",
        *unit.SANDBOX,
        "CapabilityBoundingSet=",
    ]
    return unit.service("Kubernetes API server", command, settings, after=("etcd.service",))
