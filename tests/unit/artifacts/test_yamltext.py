import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.artifacts import yamltext

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(
        ["yes", "No", "1.37", "0x1f", "1e3", "~", "null", "a: b", "a #b", "- a", "key:", "*a", "&a", "@", "2026-11-23"]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
DOCUMENTS = st.dictionaries(st.text(min_size=1, max_size=8), VALUES, min_size=1, max_size=5)


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_reader_gets_back_what_was_written(document: dict[str, object]) -> None:
    assert yaml.safe_load(yamltext.dump(document)) == document


@given(st.lists(DOCUMENTS, min_size=1, max_size=3))
def test_several_documents_stay_apart(documents: list[dict[str, object]]) -> None:
    assert list(yaml.safe_load_all(yamltext.dump(*documents))) == documents


@pytest.mark.parametrize("word", ["on", "OFF", "y", "N", "null", "1.0", "30s", ""])
def test_words_that_mean_something_else_to_some_reader_are_quoted(word: str) -> None:
    assert yamltext.dump({"k": word}) == f'k: "{word}"\n'
