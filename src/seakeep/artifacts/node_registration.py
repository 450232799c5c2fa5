"""Nodes are made by Seakeep, never by a kubelet: a machine that was removed keeps its certificate until that ends, and
would otherwise let itself back in when it comes back from the dead.

A kubelet that may not create its Node uses the one that is there (since Kubernetes 1.32), so that it still registers on
every machine of the file.
"""

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.objects import kube_object
from seakeep.design.model import Design

NAME = "seakeep-node-registration"
_API = "admissionregistration.k8s.io/v1"


def render(design: Design) -> tuple[KubeObject, ...]:
    """The policy and its binding."""
    del design
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nodes"]}
    return (
        kube_object(
            _API,
            "ValidatingAdmissionPolicy",
            NAME,
            spec={
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": [rule]},
                "validations": [
                    {
                        "expression": "!('system:nodes' in request.userInfo.groups)",
                        "message": "this machine is not part of the cluster: seakeep node add takes it in",
                        # What a kubelet understands: it looks whether its Node is there already.
                        "reason": "Forbidden",
                    }
                ],
            },
        ),
        kube_object(
            _API,
            "ValidatingAdmissionPolicyBinding",
            NAME,
            spec={"policyName": NAME, "validationActions": ["Deny"]},
        ),
    )
