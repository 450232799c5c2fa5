"""The types of the minors that are kept."""

from pathlib import Path

import pytest

import seakeep.versions
from seakeep.versions.registry import MINORS
from seakeep.versions.schema import Code, known_minors, nearest, schema

FOLDER = Path(seakeep.versions.__path__[0]) / "schemas"


def test_every_known_minor_has_its_newest_patch() -> None:
    assert known_minors() == tuple(each.minor for each in MINORS)
    for minor in MINORS:
        found = schema(minor.minor)
        assert found is not None
        assert found.version == minor.patches[-1]


@pytest.mark.parametrize("minor", known_minors())
def test_every_kind_can_be_made_and_has_the_common_fields(minor: tuple[int, int]) -> None:
    found = schema(minor)
    assert found is not None
    for kind in found.kinds:
        shape = found.shape(*kind.split(" "))
        assert shape is not None
        assert {"apiVersion", "kind"} <= shape.fields.keys(), kind


def test_the_fields_of_a_container() -> None:
    pod = nearest((1, 37)).shape("v1", "Pod")
    assert pod is not None
    container = pod.fields["spec"].fields["containers"].item
    assert container is not None

    assert container.required == ("name",)
    assert container.fields["image"].code is Code.STRING
    assert container.fields["imagePullPolicy"].values == {"Always", "IfNotPresent", "Never"}
    assert container.fields["resources"].fields["limits"].item.code is Code.QUANTITY  # type: ignore[union-attr]
    assert container.fields["livenessProbe"].fields["httpGet"].fields["port"].code is Code.INT_OR_STRING
    assert container.fields["env"].item is not None


def test_a_field_is_there_from_the_minor_that_brought_it() -> None:
    def fields(minor: tuple[int, int]) -> set[str]:
        shape = nearest(minor).shape("batch/v1", "Job")
        assert shape is not None
        return set(shape.fields["spec"].fields)

    assert "managedBy" in fields((1, 37))
    assert nearest((1, 37)).shape("networking.k8s.io/v1beta1", "IPAddress") is None
    assert nearest((1, 36)).shape("networking.k8s.io/v1beta1", "IPAddress") is not None


def test_a_minor_that_is_not_known_is_judged_by_the_nearest() -> None:
    assert nearest((1, 38)) is schema((1, 37))
    assert nearest((1, 20)) is schema((1, 34))
    assert schema((1, 20)) is None


def test_the_files_are_small() -> None:
    assert sum(each.stat().st_size for each in FOLDER.iterdir()) < 200_000
