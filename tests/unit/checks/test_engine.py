"""The engine: who is asked, what is counted, and what a broken check does."""

from types import ModuleType

from tests.unit.checks.judging import WEB, index_of

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad
from seakeep.checks.engine import Engine
from seakeep.checks.registry import CHECKS
from seakeep.checks.workload import privilege_escalation, readiness_probe
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest


def made(judge: object, per: Per = Per.OBJECT, types: tuple[str, ...] = ("*",)) -> ModuleType:
    module = ModuleType("made")
    module.CHECK = Check(  # type: ignore[attr-defined]
        id="TST001", title="t", severity=Severity.ERROR, since="0.1.0", scope=Scope.MANIFEST, per=per, types=types,
        remediation="r",
    )  # fmt: skip
    module.judge = judge  # type: ignore[attr-defined]
    return module


def test_a_check_is_only_asked_about_its_types() -> None:
    asked: list[str] = []

    def judge(manifest: Manifest, _: Index) -> Answer:
        asked.append(manifest.type)
        return None

    index = index_of(WEB, "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy}", "{apiVersion: v1, kind: Secret}")
    Engine([made(judge, types=("Deployment", "cilium.io/CiliumNetworkPolicy"))], index).run()
    assert asked == ["Deployment", "cilium.io/CiliumNetworkPolicy"]
    asked.clear()
    Engine([made(judge)], index).run()
    assert asked == ["Deployment", "cilium.io/CiliumNetworkPolicy", "Secret"]


def test_passes_are_counted_and_only_told_when_asked_for() -> None:
    index = index_of(WEB)
    quiet = Engine([made(lambda *_: None)], index).run()
    told = Engine([made(lambda *_: None)], index, passes=True).run()

    assert quiet.said == []
    assert [each.note.verdict for each in told.said] == [Verdict.PASS]
    assert quiet.tallies["TST001"].passed == told.tallies["TST001"].passed == 1


def test_a_check_that_breaks_is_unknown_and_the_others_go_on() -> None:
    def broken(*_: object) -> Answer:
        raise ValueError("no")

    found = Engine([made(broken), privilege_escalation], index_of(WEB)).run()

    assert found.tallies["TST001"].unknown == 1
    assert [each.note.verdict for each in found.said] == [Verdict.UNKNOWN, Verdict.FAIL]
    assert "ValueError: no" in found.said[0].note.message


def test_several_containers_are_one_answer_with_several_findings() -> None:
    found = Engine([privilege_escalation], index_of(WEB + "        - {name: b}\n")).run()

    assert len(found.said) == 2
    assert found.tallies["POD001"].failed == 1


def test_a_moot_question_is_neither_passed_nor_failed() -> None:
    tally = Engine([readiness_probe, made(lambda *_: MOOT)], index_of(WEB)).run().tallies

    assert (tally["TST001"].moot, tally["TST001"].passed, tally["POD003"].moot) == (1, 0, 1)


def test_a_note_about_everything_says_what_it_is_about() -> None:
    def judge(index: Index) -> Answer:
        return [Note(message=each.name, about=each) for each in index.of("Deployment")]

    (said,) = Engine([made(judge, per=Per.INDEX, types=())], index_of(WEB)).run().said

    assert isinstance(said.about, Manifest)
    assert said.about.name == "web"


def test_no_check_breaks_on_values_of_the_wrong_type() -> None:
    odd = ("null", "3", "text", "[]", "[[]]", "{}", "true", "[null]", "[{}]", "{a: b}")
    texts = [f"{{apiVersion: apps/v1, kind: Deployment, metadata: {each}, spec: {each}}}" for each in odd]
    texts += [
        f"{{apiVersion: apps/v1, kind: Deployment, spec: {{template: {{metadata: {each}, spec: {each}}}}}}}"
        for each in odd
    ]
    pod = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: A, env: B, resources: A, securityContext: B}]}}"
    texts += [pod.replace("A", a).replace("B", b) for a in odd for b in odd]
    found = Engine(CHECKS, index_of(*texts)).run()

    assert [each.note.message for each in found.said if each.note.verdict is Verdict.UNKNOWN] == []
    assert bad("x").verdict is Verdict.FAIL
