"""What every part of the file has in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Part(BaseModel):
    """Base of every part of the file: immutable, camelCase, and no field that is not ours."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        validate_default=False,
        json_schema_extra={"additionalProperties": False},
    )
