"""`seakeep convert`, from the command line to the file."""

import json
from pathlib import Path

import pytest

from seakeep.cli.main import run

OLD = """\
apiVersion: batch/v1beta1  # old
kind: CronJob
metadata:
  name: a
spec:
  schedule: "5 4 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}
"""


def test_nothing_is_written_unless_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(OLD)

    assert run(["convert", str(file), "-o", "json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert file.read_text() == OLD
    assert (answer["verdict"], answer["objects"], answer["written"]) == ("PASS", 1, False)
    assert (answer["conversions"][0]["version"], answer["conversions"][0]["to"]) == ("batch/v1beta1", "batch/v1")


def test_it_writes_and_is_then_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(OLD)

    assert run(["convert", str(file), "--write", "--yes"]) == 0
    assert file.read_text() == OLD.replace("batch/v1beta1", "batch/v1")
    capsys.readouterr()
    assert run(["convert", str(file), "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["conversions"] == []


def test_what_is_left_to_a_person_is_negative(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata:\n  name: a\n")

    assert run(["convert", str(tmp_path)]) == 1
    assert "Pod Security labels" in capsys.readouterr().out


def test_an_older_target_needs_less(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(OLD)

    assert run(["convert", str(file), "--target", "1.20", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["conversions"] == []


def test_half_a_document_is_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("a: [1\n")

    assert run(["convert", str(tmp_path)]) == 3
    assert "not read" in capsys.readouterr().out
