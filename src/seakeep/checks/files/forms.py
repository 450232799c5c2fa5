"""What an operator's file is recognised as, by its name or by what it says.

A form's id is what checks name in `forms`. The first that recognises a file has it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from seakeep.manifests.access import dig, mapping, mappings
from seakeep.manifests.index import OperatorFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of file. `names` are patterns of file names (without folders) that say enough by themselves; `says`
    recognises the content of a file with another name."""

    id: str
    names: tuple[str, ...] = ()
    says: Callable[[OperatorFile], bool] = lambda _: False


_FLUENT_BIT = re.compile(r"^\s*\[(SERVICE|INPUT|OUTPUT)\]\s*$", re.MULTILINE)
_HAPROXY = re.compile(r"^(frontend|backend|listen)\s+\S+", re.MULTILINE)
_KEEPALIVED = re.compile(r"^\s*(vrrp_instance|vrrp_script|vrrp_sync_group)\b", re.MULTILINE)
_CONTAINERD = re.compile(r"io\.containerd\.|^\s*\[plugins\b", re.MULTILINE)
_CERT_MANAGER = frozenset({"installCRDs", "crds", "webhook", "cainjector", "startupapicheck"})
_CILIUM = frozenset({"kubeProxyReplacement", "k8sServiceHost", "hubble", "ipam", "operator", "bpf"})


def _is_rules(file: OperatorFile) -> bool:
    rules = [rule for _, group in mappings(file.data, "groups") for _, rule in mappings(group, "rules")]
    return any("expr" in rule for rule in rules)


def _is_etcd(file: OperatorFile) -> bool:
    keys = mapping(file.data).keys()
    return bool(keys & {"initial-cluster", "listen-client-urls", "listen-peer-urls", "client-transport-security"})


def _is_policy(part: str) -> Callable[[OperatorFile], bool]:
    return lambda file: dig(file.data, "policy", part) is not None


def _is_audit(file: OperatorFile) -> bool:
    return any("level" in rule for _, rule in mappings(file.data, "rules")) and "kind" not in mapping(file.data)


def _is_cni(file: OperatorFile) -> bool:
    return "cniVersion" in mapping(file.data)


def _is_fluent_bit(file: OperatorFile) -> bool:
    if isinstance(file.data, dict):
        return bool(mapping(file.data, "pipeline").keys() & {"inputs", "outputs"})
    return _FLUENT_BIT.search(file.text) is not None


def _is_plain(pattern: re.Pattern[str]) -> Callable[[OperatorFile], bool]:
    return lambda file: not isinstance(file.data, dict | list) and pattern.search(file.text) is not None


def _is_script(file: OperatorFile) -> bool:
    return file.text.startswith("#!") and "sh" in file.text.partition("\n")[0]


FORMS: tuple[Form, ...] = (
    Form(id="haproxy", names=("haproxy*.cfg",), says=_is_plain(_HAPROXY)),
    Form(id="keepalived", names=("keepalived*.conf",), says=_is_plain(_KEEPALIVED)),
    Form(id="unit", names=("kube*.service", "etcd*.service", "kube*.service.d/*.conf")),
    Form(id="script", names=("*.sh", "*.bash"), says=_is_script),
    Form(id="cni", names=("*.conflist",), says=_is_cni),
    Form(id="fluent-bit", names=("fluent-bit*.conf", "fluent-bit*.yaml", "fluentbit*.conf"), says=_is_fluent_bit),
    Form(id="containerd", says=lambda file: file.file.endswith(".toml") and _CONTAINERD.search(file.text) is not None),
    Form(id="etcd", says=_is_etcd),
    Form(id="prometheus-rules", says=_is_rules),
    Form(id="ilm", says=_is_policy("phases")),
    Form(id="ism", says=_is_policy("states")),
    Form(id="audit-policy", says=_is_audit),
    Form(id="cilium-values", names=("cilium*values*.yaml",), says=lambda file: len(_keys(file) & _CILIUM) > 1),
    Form(
        id="cert-manager-values",
        names=("cert-manager*values*.yaml",),
        says=lambda file: "installCRDs" in _keys(file) or len(_keys(file) & _CERT_MANAGER) > 1,
    ),
)
"""`command`, the command lines of running processes, is given by whoever read them."""


def _keys(file: OperatorFile) -> frozenset[str]:
    return frozenset(mapping(file.data))


def form_of(file: OperatorFile) -> str:
    """The id of the form; empty for a file that nobody knows."""
    name = PurePath(file.file).name
    for form in FORMS:
        if any(fnmatchcase(name, pattern) for pattern in form.names):
            return form.id
    return next((form.id for form in FORMS if form.says(file)), "")
