"""The sections of a Fluent Bit file, made once in a run."""

from seakeep.formats import fluentbit
from seakeep.formats.fluentbit import Section
from seakeep.manifests.index import Index, OperatorFile


def all_sections(index: Index) -> dict[int, list[Section]]:
    """By the file's identity."""
    return {
        id(file): fluentbit.yaml(file.data) if isinstance(file.data, dict) else fluentbit.classic(file.text)
        for file in index.files("fluent-bit")
    }


def sections(file: OperatorFile, index: Index, *kinds: str) -> list[Section]:
    """Those of some kinds."""
    return [each for each in index.once(all_sections)[id(file)] if each.kind in kinds]
