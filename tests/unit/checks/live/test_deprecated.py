"""Deprecated APIs on a living cluster: who calls them, and what Helm has stored."""

from typing import Any

from seakeep.checks.live import helm_releases_served, removed_apis_not_called
from seakeep.checks.live.base import Live, Release, Releases, Requested, run
from seakeep.core.finding import REVIEW
from seakeep.core.verdict import Verdict
from seakeep.facts import deprecated_calls
from seakeep.facts.deprecated_calls import Caller
from seakeep.manifests.index import Index, Policy

from .test_live import PLANES, asked, release, well


def caller(user: str, agent: str, times: int, resource: str = "things") -> Caller:
    return Caller(
        user=user, agent=agent, group="old.k8s.io", version="v1beta1", resource=resource, subresource="",
        removed="1.38", times=times,
    )  # fmt: skip


def told(live: Live, module: Any = removed_apis_not_called) -> list[tuple[Verdict, str, str]]:
    return [(each.note.verdict, each.note.subject, each.note.message) for each in run([module], live, passes=True).said]


def called(target: tuple[int, int], *found: Requested) -> Live:
    def change(said: dict[str, dict[str, Any]]) -> None:
        said["a-cp1"][deprecated_calls.FACT.id] = (caller("system:serviceaccount:ops:old", "old/v1 (linux)", 3),)
        said["b-cp1"][deprecated_calls.FACT.id] = (
            caller("admin", "kubectl/v1.30 (darwin)", 9),
            caller("system:serviceaccount:ops:old", "old/v1 (linux)", 4),
            caller("somebody", "else/v1", 1, "other"),
        )
        said["c-cp1"][deprecated_calls.FACT.id] = ()

    requested = {"a-cp1": found, "b-cp1": found, "c-cp1": ()}
    return well(change, requested=requested, index=Index([], policy=Policy(target=target, complete=True)))


def test_who_calls_what_the_target_removes_is_named_by_user_and_program() -> None:
    ((verdict, subject, said),) = told(called((1, 38), asked("things", "1.38")))
    assert (verdict, subject) == (Verdict.FAIL, "old.k8s.io/v1beta1 things")
    assert said == (
        "1.38 removes it, and it was asked for on a-cp1, b-cp1: admin with kubectl/v1.30 (9); "
        "system:serviceaccount:ops:old with old/v1 (7)"
    )


def test_what_is_removed_later_or_never_is_no_failure() -> None:
    later = told(called((1, 37), asked("things", "1.38"), asked("forever", "")))
    assert [(verdict, said.partition(";")[0]) for verdict, _, said in later] == [
        (Verdict.PASS, "deprecated, and no release removes it yet"),
        (Verdict.PASS, "1.38 removes it, after the target"),
    ]


def test_a_caller_that_no_log_has_is_still_a_failure() -> None:
    live = well(requested=dict.fromkeys(PLANES, (asked("things", "1.37"),)))
    ((verdict, _, said),) = told(live)
    assert verdict is Verdict.FAIL
    assert "(the audit log of a-cp1 was not read: the fact deprecated_calls could not be read)" in said


def test_one_server_that_does_not_say_is_unknown_beside_the_others() -> None:
    live = well(requested={"a-cp1": (asked("things", "1.37"),), "b-cp1": "the API answered 403", "c-cp1": ()})
    assert [(verdict, subject) for verdict, subject, _ in told(live)] == [
        (Verdict.UNKNOWN, "b-cp1"),
        (Verdict.FAIL, "old.k8s.io/v1beta1 things"),
    ]


def helm(opened: bool, *found: Release) -> list[tuple[Verdict, str, str]]:
    return told(well(releases=Releases(opened=opened, newest=found)), helm_releases_served)


def test_releases_that_were_not_looked_into_are_told_and_not_judged() -> None:
    ((verdict, _, said),) = helm(False, release(), release())
    assert verdict is Verdict.NOT_APPLICABLE
    assert said == f"{REVIEW}2 releases were not looked into; --help reads them".replace("--help", "--helm")
    ((verdict, _, _),) = helm(False)
    assert verdict is Verdict.NOT_APPLICABLE


def test_a_release_is_judged_by_every_object_in_it() -> None:
    old = release(
        ("apps/v1", "Deployment", "web"), ("networking.k8s.io/v1beta1", "Ingress", "web"), ("x.io/v1", "Y", "y")
    )
    ((verdict, subject, said),) = helm(True, old)
    assert (verdict, subject) == (Verdict.FAIL, "shop/web")
    assert said == (
        "revision 7 holds networking.k8s.io/v1beta1 Ingress web, removed in 1.22, networking.k8s.io/v1 takes its place"
    )


def test_a_release_that_could_not_be_read_is_unknown() -> None:
    ((verdict, _, said),) = helm(True, Release(namespace="shop", name="web", revision=2, why="the API answered 403"))
    assert verdict is Verdict.UNKNOWN
    assert said == "revision 2 could not be read: the API answered 403"
