"""POD001."""

import pytest
from tests.unit.checks.judging import WEB, ask, failures, lines

from seakeep.checks.workload import privilege_escalation as check

ALLOWED = WEB + "          securityContext: {allowPrivilegeEscalation: true}\n"
FORBIDDEN = WEB + "          securityContext: {allowPrivilegeEscalation: false}\n"


def test_what_is_not_said_is_allowed() -> None:
    (failure,) = failures(check, WEB)
    assert failure.startswith("spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation: ")
    assert failure.endswith("privilege escalation is not said in container web")
    assert lines(check, WEB) == [12]


def test_it_is_refused_and_allowed_by_the_field() -> None:
    assert failures(check, FORBIDDEN) == []
    assert "is allowed" in failures(check, ALLOWED)[0]
    assert lines(check, ALLOWED) == [14]


def test_it_is_not_inherited_from_the_pod() -> None:
    assert failures(check, WEB + "      securityContext: {allowPrivilegeEscalation: false}\n")


def test_init_and_ephemeral_containers_count() -> None:
    pod = FORBIDDEN + "      initContainers: [{name: i}]\n      ephemeralContainers: [{name: e}]\n"

    assert [each.split()[-1] for each in failures(check, pod)] == ["i", "e"]


def test_windows_has_no_such_thing() -> None:
    assert failures(check, WEB + "      os: {name: windows}\n") == []


@pytest.mark.parametrize(
    "beside", ["privileged: true", "capabilities: {add: [SYS_ADMIN]}", "capabilities: {add: [CAP_SYS_ADMIN]}"]
)
def test_it_is_not_set_beside_what_the_api_server_refuses_it_with(beside: str) -> None:
    """Both are refused by validation: a fixed manifest could no longer be applied."""
    (said,) = ask(check, WEB + f"          securityContext: {{{beside}}}\n")
    assert said.note.fix == ()
    assert "the API refuses both" in said.note.message
    assert said.note.remediation.startswith("take ")
