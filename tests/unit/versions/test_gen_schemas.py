"""The tool that makes the schemas, on a release of two types."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

SOURCE = """
func schema_k8sio_api_core_v1_PodSpec(ref common.ReferenceCallback) common.OpenAPIDefinition {
\t\t\t\t\t"restartPolicy": {
\t\t\t\t\t\tSchemaProps: spec.SchemaProps{
\t\t\t\t\t\t\tEnum:        []interface{}{"Always", "Never"},
"""
POD = {
    "properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"}]}},
    "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
}
SPEC = {
    "required": ["names"],
    "properties": {
        "restartPolicy": {"type": "string"},
        "names": {"type": "array", "items": {"type": "string"}},
        "limits": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity"},
        },
    },
}


def tool() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "tools" / "gen_schemas.py"
    spec = importlib.util.spec_from_file_location("gen_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fields_requirements_and_enumerations_are_kept(tmp_path: Path) -> None:
    (tmp_path / "api/openapi-spec/v3").mkdir(parents=True)
    (tmp_path / "pkg/generated/openapi").mkdir(parents=True)
    (tmp_path / "pkg/generated/openapi/zz_generated.openapi.go").write_text(SOURCE)
    schemas = {"io.k8s.api.core.v1.Pod": POD, "io.k8s.api.core.v1.PodSpec": SPEC, "io.k8s.api.core.v1.Unused": {}}
    (tmp_path / "api/openapi-spec/v3/api__v1_openapi.json").write_text(json.dumps({"components": {"schemas": schemas}}))

    assert tool().convert(tmp_path, "1.99.0") == {
        "version": "1.99.0",
        "kinds": {"v1 Pod": "core.v1.Pod"},
        "types": {
            "core.v1.Pod": {"f": {"spec": "@core.v1.PodSpec"}, "r": []},
            "core.v1.PodSpec": {
                "f": {"restartPolicy": "s=Always|Never", "names": "[s", "limits": "{q"},
                "r": ["names"],
            },
        },
    }
