"""What several checks of operators' files look up, made once in a run."""

from seakeep.formats import haproxy, keepalived
from seakeep.manifests.index import Index, OperatorFile


def backends(index: Index) -> dict[int, list[haproxy.Backend]]:
    """The API servers' backends of every haproxy.cfg, by the file's identity."""
    return {id(file): haproxy.api_backends(haproxy.parse(file.text)) for file in index.files("haproxy")}


def backends_of(file: OperatorFile, index: Index) -> list[haproxy.Backend]:
    """The API servers' backends of this file."""
    return index.once(backends)[id(file)]


def virtual_addresses(index: Index) -> dict[int, keepalived.Block]:
    """Every keepalived.conf, read, by the file's identity."""
    return {id(file): keepalived.parse(file.text) for file in index.files("keepalived")}


def keepalived_of(file: OperatorFile, index: Index) -> keepalived.Block:
    """This file, read."""
    return index.once(virtual_addresses)[id(file)]
