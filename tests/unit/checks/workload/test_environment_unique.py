"""POD004."""

from tests.unit.checks.judging import WEB, ask, failures

from seakeep.checks.workload import environment_unique as check


def test_a_variable_that_comes_again_is_found_where_it_comes_again() -> None:
    text = WEB + "          env: [{name: A}, {name: B}, {name: A}]\n"

    assert failures(check, text) == ["spec.template.spec.containers[0].env[2]: A is given twice in container web"]
    assert ask(check, text)[0].note.evidence == {"first": 0}


def test_two_containers_may_have_the_same() -> None:
    text = WEB + "          env: [{name: A}]\n        - {name: other, env: [{name: A}]}\n"

    assert failures(check, text) == []
