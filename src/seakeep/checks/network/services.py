"""What Services select, and what sends requests to them."""

from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.core.json import Json
from seakeep.manifests.access import Path, dig, labels, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod
from seakeep.manifests.selectors import plain

ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
"""Types of the Gateway API that send requests to Services."""


def selected(service: Manifest, index: Index) -> list[Pod]:
    """The pods behind a Service. One without a selector selects nothing: somebody else writes its endpoints."""
    selector = labels(service.spec, "selector")
    if not selector:
        return []
    return [pod for pod in index.selected(plain(dict(selector)), service.namespace) if not pod.ends]


@dataclass(frozen=True, slots=True)
class Backend:
    """A Service that an Ingress sends requests to. `port` is its name or number."""

    path: Path
    name: str
    port: Json


def backends(ingress: Manifest) -> Iterator[Backend]:
    """All of an Ingress, in either of its two forms. A backend that is no Service (a bucket) is left out."""
    places: list[Path] = [("spec", "defaultBackend"), ("spec", "backend")]
    for number, rule in mappings(ingress.spec, "rules"):
        paths = mappings(rule, "http", "paths")
        places += [("spec", "rules", number, "http", "paths", position, "backend") for position, _ in paths]
    for path in places:
        written = mapping(dig(ingress.body, *path))
        if "service" in written:
            port = mapping(written, "service", "port")
            given = port.get("name") or port.get("number")
            yield Backend((*path, "service"), text(written, "service", "name"), given)
        elif "serviceName" in written:
            yield Backend((*path, "serviceName"), text(written, "serviceName"), written.get("servicePort"))


def has_port(service: Manifest, port: Json) -> bool:
    """Whether a Service has a port of that name or number."""
    listed = [each for _, each in mappings(service.spec, "ports")]
    if isinstance(port, str) and port.isdigit():
        port = int(port)
    return any(port in (each.get("name"), each.get("port")) for each in listed) if port is not None else False


class ServiceLabels:
    """Services by namespace, and by namespace and label."""

    def __init__(self, index: Index) -> None:
        self.within: dict[str, list[Manifest]] = {}
        self.wearing: dict[tuple[str, str, str], list[Manifest]] = {}
        for service in index.of("Service"):
            self.within.setdefault(service.namespace, []).append(service)
            for key, value in service.labels.items():
                self.wearing.setdefault((service.namespace, key, value), []).append(service)
