"""The reference of the API as Markdown, made from its OpenAPI document.

`python -m nerproc.api.docs > docs/api.md` writes it; a test compares.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from nerproc.errors import NerprocError

Schema = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_WORDS = {
    "date-time": "time",
    "uuid": "UUID",
    "binary": "file",
    "number": "number",
    "integer": "integer",
    "boolean": "true or false",
    "string": "text",
    "array": "list",
}


def markdown(document: dict[str, Any]) -> str:
    """The reference of an OpenAPI document."""
    return "\n".join(_lines(document)).rstrip() + "\n"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield "# REST API\n"
    yield document["info"]["description"]
    yield "`/openapi.json` is the same for programs. At the root there are also `/health`, `/ready`, `/docs`,"
    yield "and `/metrics` for Prometheus.\n"
    for tag in document["tags"]:
        yield f"## {tag['name'].capitalize()}\n\n{tag['description']}\n"
        for path, operations in document["paths"].items():
            for method in _METHODS:
                if method in operations and tag["name"] in operations[method]["tags"]:
                    yield from _operation(method, path, operations[method])
    yield "## Values\n"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _value(name, schema)
    yield from _errors()


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<a id="{operation["operationId"]}"></a>\n'
    yield f"### `{method.upper()} {path}`\n"
    yield f"{operation['description']}\n"
    if operation.get("parameters"):
        yield "| parameter | | type | meaning |\n|---|---|---|---|"
        for parameter in operation["parameters"]:
            place = parameter["in"] + (", required" if parameter.get("required") else "")
            kind = _type(parameter["schema"])
            yield f"| `{parameter['name']}` | {place} | {kind} | {_text(parameter, parameter['schema'])} |"
        yield ""
    if "requestBody" in operation:
        yield from _body(operation["requestBody"]["content"])
    yield "| answer | | body |\n|---|---|---|"
    for status, response in operation["responses"].items():
        yield f"| {status} | {response['description']} | {_content(response.get('content', {}))} |"
    yield ""


def _body(content: dict[str, Any]) -> Iterator[str]:
    for media, body in content.items():
        yield f"Body: {_type(body['schema'])} as `{media}`.\n"
        for field, schema in body["schema"].get("properties", {}).items():
            yield f"- `{field}`: {_type(schema)}. {_text(schema)}\n"
        for example in body.get("examples", {}).values():
            shown = json.dumps(example["value"], indent=2)
            yield f"{example['summary']}:\n\n```json\n{shown}\n```\n"


def _content(content: dict[str, Any]) -> str:
    bodies = [
        (_type(body["schema"]) if "schema" in body else "events", media) for media, body in content.items()
    ]
    return ", ".join(f"{kind} as `{media}`" for kind, media in bodies)


def _value(name: str, schema: Schema) -> Iterator[str]:
    yield f'<a id="{name}"></a>\n'
    yield f"### {_readable(name)}\n"
    if "description" in schema:
        yield f"{_one_line(schema['description'])}\n"
    if "properties" not in schema:
        yield f"{_type(schema)}\n"
        return
    yield "| field | type | meaning |\n|---|---|---|"
    required = set(schema.get("required", ()))
    for field, inner in schema["properties"].items():
        optional = "" if field in required else ", optional"
        yield f"| `{field}` | {_type(inner)}{optional} | {_text(inner)} |"
    yield ""


def _errors() -> Iterator[str]:
    yield "## Errors\n\nThe `slug` of a [Problem](#Problem) is one of these.\n"
    yield "| slug | status | meaning |\n|---|---|---|"
    for slug, (status, meaning) in sorted({**_slugs(NerprocError), **_FRAMEWORK}.items()):
        yield f'| <a id="{slug}"></a>`{slug}` | {status} | {meaning} |'


_FRAMEWORK = {"method-not-allowed": (405, "The route does not know this method.")}


def _slugs(kind: type[NerprocError]) -> dict[str, tuple[int, str]]:
    """Slug, status and meaning of an error class and of those below it; subclasses may share their parent's."""
    found: dict[str, tuple[int, str]] = {}
    for child in kind.__subclasses__():
        if child.__module__ == NerprocError.__module__:
            found |= _slugs(child)
    return found | {kind.slug: (kind.status, _one_line((kind.__doc__ or "").partition("\n")[0]))}


def _type(schema: Schema) -> str:
    """The type of a value in words, with links to other values."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{_readable(name)}](#{name})"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(_type(member) for member in schema[union])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const']).strip(chr(34))}`"
    by_name = next(iter(schema.get("patternProperties", {}).values()), None)
    items = schema.get("items") or by_name or schema.get("additionalProperties")
    inner = f" of {_type(items)}" if isinstance(items, dict) and items else ""
    kind = schema.get("format") if schema.get("format") in _WORDS else schema.get("type", "any")
    return _WORDS.get(str(kind), str(kind)) + inner


def _text(*described: Schema) -> str:
    """Description, default and limits of a parameter or field."""
    schema = described[-1]
    words = [_one_line(next((d["description"] for d in described if "description" in d), ""))]
    limits = {key: schema[key] for key in ("minimum", "maximum", "maxLength", "pattern") if key in schema}
    for member in schema.get("anyOf", ()):
        limits |= {key: member[key] for key in ("minimum", "maximum", "maxLength", "pattern") if key in member}
    if "minimum" in limits and "maximum" in limits and limits["maximum"] < 2**53:
        words.append(f"{limits['minimum']} to {limits['maximum']}.")
    if "maxLength" in limits:
        words.append(f"At most {limits['maxLength']} characters.")
    if "pattern" in limits:
        words.append(f"Must match `{limits['pattern']}`.")
    if schema.get("default") not in (None, [], {}, ""):
        words.append(f"Default: `{json.dumps(schema['default']).strip(chr(34))}`.")
    return " ".join(filter(None, words)).replace("|", "\\|")


def _readable(name: str) -> str:
    """`Page_Job_` as `Page of Job`."""
    return name.strip("_").replace("_", " of ", 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    from nerproc.api.app import routes

    sys.stdout.write(markdown(routes().openapi()))
