"""Make the schemas of the minors that Seakeep knows from Kubernetes' own OpenAPI documents.

Usage: tools/gen_schemas.py [MINOR...]. Needs Go, whose module proxy has k8s.io/kubernetes with `api/openapi-spec/v3`.
The documents leave out which values an enumeration has; those are read from the Go source that they are made from.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import zstandard

from seakeep.versions.registry import MINORS

OUT = Path(__file__).resolve().parent.parent / "src/seakeep/versions/schemas"
REF = "#/components/schemas/"
SCALARS = {"string": "s", "integer": "i", "boolean": "b", "number": "n"}
LEAVES = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "q",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "s",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "s",
}
"""Types that are written as a scalar."""
NOT_STORED = re.compile(r"\.(DeleteOptions|WatchEvent|APIGroup.*|APIResource.*|APIVersions|Status|.*List)$")
"""Types of requests and answers, which nobody writes into a file."""


def main() -> None:
    """One file for each minor."""
    OUT.mkdir(exist_ok=True)
    for minor in MINORS:
        if sys.argv[1:] and minor.name not in sys.argv[1:]:
            continue
        version = minor.patches[-1]
        asked = subprocess.run(
            ["go", "mod", "download", "-json", f"k8s.io/kubernetes@v{version}"], check=True, capture_output=True
        )
        made = convert(Path(json.loads(asked.stdout)["Dir"]), version)
        text = json.dumps(made, sort_keys=True, separators=(",", ":"))
        target = OUT / f"{minor.name}.json.zst"
        target.write_bytes(zstandard.ZstdCompressor(level=19).compress(text.encode()))
        print(f"{target.name}: {version}, {len(made['kinds'])} kinds, {target.stat().st_size} bytes")


def convert(module: Path, version: str) -> dict[str, object]:
    """The compact form of all documents of a release; see seakeep.versions.schema for what it looks like."""
    enums = enumerations((module / "pkg/generated/openapi/zz_generated.openapi.go").read_text())
    types: dict[str, object] = {}
    kinds: dict[str, str] = {}
    for path in sorted((module / "api/openapi-spec/v3").glob("*.json")):
        for name, schema in json.loads(path.read_text()).get("components", {}).get("schemas", {}).items():
            if name in LEAVES or NOT_STORED.search(name):
                continue
            types[short(name)] = struct(name, schema, enums)
            for each in schema.get("x-kubernetes-group-version-kind", ()):
                api = f"{each['group']}/{each['version']}" if each["group"] else each["version"]
                kinds[f"{api} {each['kind']}"] = short(name)
    return {"version": version, "kinds": kinds, "types": reachable(types, kinds)}


def reachable(types: dict[str, object], kinds: dict[str, str]) -> dict[str, object]:
    """Those that an object can lead to."""
    found: dict[str, object] = {}
    queue = list(kinds.values())
    while queue:
        name = queue.pop()
        if name not in found and name in types:
            found[name] = types[name]
            queue += re.findall(r"@([\w.-]+)", json.dumps(types[name]))
    return found


def struct(name: str, schema: dict, enums: dict[str, dict[str, list[str]]]) -> object:
    """`{f: {field: form}, r: [required]}`; a form alone for a type that has no fields of its own."""
    if "properties" not in schema:
        return form(schema, None) if "type" in schema and schema["type"] != "object" else "*"
    values = enums.get(function_of(name), {})
    return {
        "f": {field: form(each, values.get(field)) for field, each in schema["properties"].items()},
        "r": sorted(schema.get("required", ())),
    }


def form(schema: dict, values: list[str] | None) -> str:
    """One field, in the language of seakeep.versions.schema."""
    if "allOf" in schema:
        schema = schema["allOf"][0]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return LEAVES.get(name, f"@{short(name)}")
    kind = schema.get("type")
    if kind == "array":
        return "[" + form(schema.get("items", {}), values)
    if kind == "object":
        return "{" + form(schema["additionalProperties"], None) if "additionalProperties" in schema else "*"
    if kind == "string" and values:
        return "s=" + "|".join(values)
    return SCALARS.get(str(kind), "*")


def short(name: str) -> str:
    """Without what all names begin with."""
    return name.removeprefix("io.k8s.").removeprefix("api.").replace("apimachinery.pkg.apis.", "")


def function_of(name: str) -> str:
    """The Go function that describes a type: io.k8s.api.core.v1.Pod is described by schema_k8sio_api_core_v1_Pod."""
    return "schema_" + name.replace("io.k8s.", "k8sio_", 1).replace(".", "_").replace("-", "_")


def enumerations(source: str) -> dict[str, dict[str, list[str]]]:
    """Values by function and field."""
    found: dict[str, dict[str, list[str]]] = {}
    function = field = ""
    for line in source.splitlines():
        if line.startswith("func schema_"):
            function = line.removeprefix("func ").partition("(")[0]
        elif match := re.fullmatch(r'\t{5}"(\w+)": \{', line):
            field = match[1]
        elif match := re.match(r"\t+Enum: +\[\]interface\{\}\{(.*)\},", line):
            found.setdefault(function, {})[field] = json.loads(f"[{match[1]}]")
    return found


if __name__ == "__main__":
    main()
