"""Quantities of resources."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.manifests.quantity import quantity


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("500m", "0.5"),
        ("1Gi", "1073741824"),
        ("1G", "1000000000"),
        ("1e3", "1000"),
        (2, "2"),
        (0.5, "0.5"),
        (".5", "0.5"),
        ("-1", "-1"),
        ("1E", "1000000000000000000"),
        ("100u", "0.0001"),
    ],
)
def test_quantities(written: object, wanted: str) -> None:
    assert quantity(written) == Decimal(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["", "1MB", "1 Gi", "Gi", "1.2.3", None, True, [], "1mi", "9" * 100])
def test_what_is_none(written: object) -> None:
    assert quantity(written) is None  # type: ignore[arg-type]


@given(st.text() | st.floats() | st.integers())
def test_it_never_raises(written: str | float) -> None:
    quantity(written)
