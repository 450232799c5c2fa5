"""Whatever stands in a file, check answers: no input is a bug, and no check breaks on it.

SEAKEEP_MUTATIONS sets how many inputs are tried (100000 takes a quarter of an hour); the sequence is fixed.
"""

import copy
import os
import random
from pathlib import Path
from typing import Any

import yaml

from seakeep.checks.engine import Engine
from seakeep.checks.files.forms import form_of
from seakeep.checks.registry import CHECKS
from seakeep.manifests.index import Index
from seakeep.manifests.load import read_bytes
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import Loaded, Texts

COUNT = int(os.environ.get("SEAKEEP_MUTATIONS", "400"))
SEEDS = (Path(__file__).parent / "manifests.yaml").read_text()
OPERATORS = (
    (
        "haproxy.cfg",
        "defaults\n  mode tcp\nbackend api\n  option httpchk\n  server a 192.0.2.1:6443 check\n",
    ),
    ("keepalived.conf", "vrrp_instance a {\n  state MASTER\n  track_script {\n    x\n  }\n}\n"),
    ("config.toml", 'version = 3\n[plugins."io.containerd.cri.v1.runtime"]\n  x = true\n'),
    ("10-x.conflist", '{"cniVersion": "1.0.0", "plugins": [{"type": "bridge"}]}'),
    ("rules.yaml", "groups:\n- name: a\n  rules:\n  - alert: X\n    expr: up == 0\n    for: 5m\n"),
    ("fluent-bit.conf", "[SERVICE]\n  Flush 1\n[INPUT]\n  Name tail\n"),
)
ODD: tuple[Any, ...] = (
    None, "", "text", 0, -1, 3.5, True, [], {}, [None], [[]], [{}], {"a": None}, {"a": {"b": []}}, "x" * 300, 10**17,
    "80%", {"matchLabels": {}}, [{"name": 3}], "1Gi", "🜁", ["*"], {"": ""},
)  # fmt: skip
BYTES = (b"", b" ", b"\n", b"\t", b":", b"- ", b"{", b"}", b"[", b"]", b"'", b'"', b"#", b"&a ", b"*a", b"!!x ", b"|",
         b"\xff", b"\x00", b"\n---\n", b"{{ .x }}", b"<<: ", b"%", b"\r")  # fmt: skip


def judged(loaded: Loaded) -> list[str]:
    """What checks could not cope with."""
    for file in loaded.files:
        file.form = form_of(file)
    index = Index(loaded.manifests, files=loaded.files, problems=loaded.problems)
    found = Engine(CHECKS, index).run()
    for said in found.said:
        if said.about is not None:
            assert said.about.line(said.note.path) >= 0
    return [f"{each.check.id}: {each.note.message}" for each in found.said if "could not cope" in each.note.message]


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place of the value: what it is in, and under which key."""
    found = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        found += [(value, key), *nodes(item)]
    return found


def test_values_of_any_type_in_any_place_are_judged() -> None:
    chosen = random.Random(2026)
    seeds = list(yaml.safe_load_all(SEEDS))
    broken: dict[str, Any] = {}
    for _ in range(COUNT):
        bodies = copy.deepcopy(chosen.sample(seeds, k=min(3, len(seeds))))
        for body in bodies:
            for _ in range(chosen.randint(1, 3)):
                places = nodes(body)
                if not places:
                    break
                parent, key = chosen.choice(places)
                kind = chosen.randrange(6)
                if kind == 0 and isinstance(parent, dict):
                    del parent[key]
                elif kind == 1:
                    other, name = chosen.choice(places)
                    parent[key] = copy.deepcopy(other[name])
                else:
                    parent[key] = copy.deepcopy(chosen.choice(ODD))
        loaded = Loaded(manifests=[Manifest(body) for body in bodies if isinstance(body, dict)])
        for each in judged(loaded):
            broken.setdefault(each, bodies)

    assert list(broken) == []


def test_bytes_of_any_kind_are_judged() -> None:
    chosen = random.Random(2027)
    seeds = [("a.yaml", f"{text}\n") for text in SEEDS.split("\n---\n")]
    broken: dict[str, bytes] = {}
    texts = Texts()
    for _ in range(COUNT):
        name, text = chosen.choice((*seeds, *OPERATORS))
        raw = text.encode()
        for _ in range(chosen.randint(1, 5)):
            start = chosen.randrange(len(raw) + 1)
            raw = raw[:start] + chosen.choice(BYTES) + raw[start + chosen.randrange(4) :]
        if chosen.randrange(10) == 0:
            raw = raw[: chosen.randrange(len(raw) + 1)]
        for each in judged(read_bytes(raw, name, texts)):
            broken.setdefault(each, raw)

    assert broken == {}
