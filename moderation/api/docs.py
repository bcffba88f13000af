"""The page for people about the machine interface, drawn from the OpenAPI document on the server. Knows no call."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from moderation.api.openapi import MachineInterface

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object and its fields."""

    name: str
    meaning: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    phrase: str
    meaning: str
    shape: str


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    method: str
    path: str
    scope: str
    meaning: str
    body: str
    answers: list[Answer]


def docs_page(request: HttpRequest, *, api: MachineInterface) -> HttpResponse:
    document = api.get_openapi_schema()
    page = {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "meaning": document["info"]["description"],
        "calls": list(_calls(document)),
        "shapes": [_shape(name, schema) for name, schema in document["components"]["schemas"].items()],
    }
    return render(request, "api/docs.html", page)


def _calls(document: Json) -> Iterator[Call]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            yield Call(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                scope=operation["x-scope"],
                meaning=operation.get("description", ""),
                body=_type(body) if body else "",
                answers=[_answer(int(status), answer) for status, answer in operation["responses"].items()],
            )


def _answer(status: int, answer: Json) -> Answer:
    schemas = [content["schema"] for content in answer.get("content", {}).values()]
    phrase = HTTPStatus(status).phrase
    meaning = answer["description"] if answer["description"] != phrase else ""
    return Answer(status, phrase, meaning, _type(schemas[0]) if schemas else "")


def _shape(name: str, schema: Json) -> Shape:
    required = schema.get("required", [])
    fields = [
        Field(field, _type(said), field in required, said.get("description", ""))
        for field, said in schema.get("properties", {}).items()
    ]
    meaning = schema.get("description", "") if fields else _type(schema)
    return Shape(name, meaning, fields)


def _type(schema: Json) -> str:
    """A schema in a few words: «list of MessageIn, at most 1000»."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(f"“{word}”" for word in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}{_most(schema.get('maxItems'))}"
    longest = _most(schema.get("maxLength"), "characters")
    return f"{schema.get('format') or schema.get('type', 'anything')}{longest}"


def _most(bound: int | None, what: str = "") -> str:
    return f", at most {bound:,} {what}".rstrip() if bound else ""
