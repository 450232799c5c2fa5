"""kubelet and kube-proxy on every node, the control-plane machines included."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509

from seakeep.artifacts import kube_proxy, kubelet
from seakeep.artifacts.base import UnitSpec
from seakeep.artifacts.registry import render_part
from seakeep.core.change import Risk
from seakeep.core.clock import rfc3339
from seakeep.core.secret import SecretRef
from seakeep.design.model import Machine
from seakeep.engine.model import Remove, Step, UnitDo, UnitVerb
from seakeep.facts import kubelet_cert
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer, service, unit_stamp
from seakeep.phases.machine_files import program_digests, steps
from seakeep.phases.returning import stopped
from seakeep.state import certificates
from seakeep.state.rotation import ca_name

PHASE = Phase("node", "Nodes", "machine")
ARTIFACTS = (kubelet, kube_proxy)

LATE = 0.08
"""The share of its life with which a kubelet's client certificate is overdue: kubelets ask for another when 10 to 30
percent are left (client-go's certificate manager)."""


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node. Pods outlive a restart of the kubelet, so that nodes go side by side."""
    context = stopped(context)
    for machine in context.nodes:
        found = list(steps(context, PHASE.id, ARTIFACTS, machine, serial=None))
        why = client_reason(context, machine)
        yield from _with_new_client(context, machine, found, why) if why else found


def client_reason(context: PlanContext, machine: Machine) -> str:
    """Why the client certificate that the kubelet got from the cluster cannot stay, or ''. One that is not there is
    fine: the kubelet then uses the one that we issued."""
    facts = context.facts[machine.name]
    pem = facts.find(kubelet_cert.FACT)
    if not pem:
        return ""
    certificate = x509.load_pem_x509_certificate(pem)
    authority = context.resolve(SecretRef(ca_name("cluster")))
    if authority is None or not certificates.signed_by(certificate, certificates.load_certificate(authority)):
        return "its client certificate is of another authority"
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    left = end - datetime.fromtimestamp(facts.read_at, UTC)
    if left <= LATE * (end - begin):
        return f"its client certificate {'ends' if left.total_seconds() > 0 else 'ended'} on {rfc3339(end)}"
    return ""


def _with_new_client(context: PlanContext, machine: Machine, found: list[Step], why: str) -> Iterator[Step]:
    """Take the certificate away and start the kubelet again: with the one that we issued, it asks for another."""
    compared = Comparer(PHASE.id, context.facts[machine.name], context.resolve)
    unit = service(kubelet.NAME)
    at = next((n for n, step in enumerate(found) if isinstance(step.action, UnitDo) and step.action.unit == unit), None)
    yield from found[:at]
    yield compared.step(f"file:{kubelet.CLIENT}", Remove(kubelet.CLIENT), why, what=f"remove {kubelet.CLIENT}")
    if at is not None:
        yield from found[at:]
        return
    spec = _kubelet_unit(context, machine)
    stamp = unit_stamp(spec, context.digests[machine.name], program_digests(context, machine))
    yield compared.step(
        f"unit:{kubelet.NAME}",
        UnitDo(unit, UnitVerb.RESTART, stamp),
        why,
        what=f"{UnitVerb.RESTART} {kubelet.NAME}",
        risk=Risk.RESTART,
    )


def _kubelet_unit(context: PlanContext, machine: Machine) -> UnitSpec:
    (unit,) = render_part(kubelet.render, context.design, machine, context.traits(machine)).units
    return unit
