"""`seakeep convert` beside kubectl-convert: a program on the PATH that answers what the real one (1.37.2) answered."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from seakeep.cli.main import run
from seakeep.flows import second_opinion

OLD = """\
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  rules:
    - http: {paths: [{backend: {serviceName: web, servicePort: 80}}]}
"""
PATHS = [
    {"pathType": "ImplementationSpecific", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
]
REAL = {
    "kind": "Ingress",
    "apiVersion": "networking.k8s.io/v1",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"rules": [{"http": {"paths": PATHS}}]},
    "status": {"loadBalancer": {}},
}


def answering(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """The program, and a manifest beside it. `body` is Python with `asked`, the object, and `to`, the version."""
    bin_ = folder / "bin"
    bin_.mkdir()
    script = bin_ / second_opinion.PROGRAM
    script.write_text(
        f"#!{sys.executable}\nimport json, sys, time\nasked = json.load(sys.stdin)\n"
        f"to = sys.argv[sys.argv.index('--output-version') + 1]\n"
        "def say(*items): print(json.dumps({'kind': 'List', 'apiVersion': 'v1', 'items': items}))\n" + body
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    monkeypatch.setattr(second_opinion, "LIMIT", 300.0)  # a busy machine needs its time to start Python
    file = folder / "a.yaml"
    file.write_text(OLD)
    return file


def told(file: Path, capsys: pytest.CaptureFixture[str], code: int) -> Any:
    assert run(["convert", str(file), "-o", "json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["second"] is True
    (row,) = answer["conversions"]
    return [(each["must"], each["message"]) for each in row["decisions"]]


def test_what_both_make_the_same_of_needs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = answering(tmp_path, monkeypatch, f"say({REAL!r})\n")
    assert told(file, capsys, 0) == []


def test_what_is_written_and_differs_is_for_a_person_and_a_default_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = (
        f"answer = {REAL!r}\n"
        "if asked['apiVersion'] != to:\n"
        "    answer['spec']['ingressClassName'] = 'old'\n"
        "    answer['spec']['rules'][0]['http']['paths'][0]['backend']['service']['port']['number'] = 81\n"
        "say(answer)\n"
    )
    assert sorted(told(answering(tmp_path, monkeypatch, body), capsys, 1)) == [
        (False, 'kubectl-convert makes "old" of spec.ingressClassName, and here it is nothing'),
        (
            True,
            "kubectl-convert makes 81 of spec.rules[0].http.paths[0].backend.service.port.number, and here it is 80",
        ),
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            'sys.exit(\'error: no kind "Ingress" is registered in scheme "x.go:1"\')\n',
            'no kind "Ingress" is registered',
        ),
        ("say({'apiVersion': 'apps/v1'})\n", "it does not convert extensions/v1beta1 to networking.k8s.io/v1"),
        ("print('nothing')\n", "it does not convert"),
        ("time.sleep(60)\n", "it did not end within 0 s"),
    ],
)
def test_a_program_that_cannot_is_told_and_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], body: str, why: str
) -> None:
    file = answering(tmp_path, monkeypatch, body)
    if "sleep" in body:
        monkeypatch.setattr(second_opinion, "LIMIT", 0.3)
    ((must, message),) = told(file, capsys, 0)
    assert not must
    assert message.startswith("kubectl-convert has no opinion: ")
    assert why in message


def test_a_result_that_it_cannot_read_is_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = f"sys.exit('strict decoding error') if asked['apiVersion'] == to else say({REAL!r})\n"
    assert told(answering(tmp_path, monkeypatch, body), capsys, 1) == [
        (True, "kubectl-convert does not read the result: strict decoding error")
    ]
