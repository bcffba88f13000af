"""Holds a JSON value against the part of JSON Schema that our OpenAPI document uses, and refuses to overlook more."""

from typing import Any

_KNOWN = {"$ref", "type", "properties", "required", "items", "enum", "anyOf", "title", "description", "default"}
_KNOWN |= {"format", "maxLength", "minLength", "maxItems", "examples"}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def mismatches(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "") -> list[str]:
    assert set(schema) <= _KNOWN, f"teach this module {set(schema) - _KNOWN}"
    if "$ref" in schema:
        return mismatches(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, at)
    if "anyOf" in schema:
        fits = any(not mismatches(value, one, document, at) for one in schema["anyOf"])
        return [] if fits else [f"{at}: {value!r} fits none"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is not one of {schema['enum']}"]
    wanted = schema.get("type")
    if wanted and (not isinstance(value, _TYPES[wanted]) or (wanted == "integer" and isinstance(value, bool))):
        return [f"{at}: {value!r} is not of type {wanted}"]
    if wanted == "array":
        return [m for i, item in enumerate(value) for m in mismatches(item, schema["items"], document, f"{at}/{i}")]
    if wanted == "object":
        missing = [f"{at}/{name} is missing" for name in schema.get("required", []) if name not in value]
        said = schema.get("properties", {})
        extra = [f"{at}/{name} is not documented" for name in value if name not in said]
        deeper = [m for n in value if n in said for m in mismatches(value[n], said[n], document, f"{at}/{n}")]
        return [*missing, *extra, *deeper]
    return []
