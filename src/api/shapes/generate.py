#!/usr/bin/env python3
"""Writes the shapes of AWS's APIs, one JSON file a service, from botocore's models.

    python3 generate.py [FOLDER]        FOLDER: where to write; by default, beside this file

It takes the operations from the rows of `../operations.rs`, so that a name is declared
once, and what they can reach (errors, pages, structures, enums) from the models inside
the installed botocore. The files are facts that the library is built with: neither
documentation nor code, nor what the models do not say, which stands in that table.

A member's type is one short string:

    s string     i integer    l long    d double    b boolean    t timestamp
    x blob       ? document   [T list   {T map      :Name structure    =Name enum

with flags behind it: ! required, * sensitive, # idempotency token. A member is
sensitive if its shape, or that of its elements or values, is marked so. An error
bears the code that a client sees, which is not always its shape's name.
"""

import json
import re
import sys
from pathlib import Path

OLDEST = "1.44.5"

try:
    import botocore
    from botocore import xform_name
    from botocore.loaders import Loader
except ImportError:
    sys.exit(f"generate.py needs botocore {OLDEST} or newer; none is installed")

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "operations.rs"
SCALARS = dict(string="s", integer="i", long="l", double="d", float="d", boolean="b", timestamp="t", blob="x")


# Paged, but with one token in and others out: it ends when the token comes back unchanged.
UNLISTED = {
    "GetLogEvents": {"input_token": "nextToken", "output_token": "nextForwardToken", "result_key": "events", "limit_key": "limit"}
}


def table():
    """The operations of each module, as the table has them: {module: {name: method}}."""
    modules = {}
    for module, rows in re.findall(r"^ +(\w+) \{\n(.*?)^ +\}$", TABLE.read_text(encoding="utf-8"), re.M | re.S):
        modules[module] = dict(re.findall(r"^ +([A-Z]\w+) +([a-z]\w*) +\[", rows, re.M))
    return modules


class Service:
    """What the operations of one service can reach in its model."""

    def __init__(self, name, model, paginators):
        self.name, self.model, self.paginators = name, model, paginators
        self.shapes = model["shapes"]
        self.operations, self.structures, self.enums = {}, {}, {}

    def add(self, name, method):
        if name not in self.model["operations"]:
            sys.exit(f"{TABLE.name}: {self.name} has no operation {name}")
        if method != xform_name(name):
            sys.exit(f"{TABLE.name}: {self.name} {name} is called {xform_name(name)}, not {method}")
        operation = self.model["operations"][name]
        facts = {side: operation[side]["shape"] for side in ("input", "output") if side in operation}
        for shape in facts.values():
            self.notation(shape)
        errors = (error["shape"] for error in operation.get("errors", []))
        facts["errors"] = sorted(self.shapes[error].get("error", {}).get("code", error) for error in errors)
        if paginator := self.paginators.get(name) or UNLISTED.get(name) or self.implied_paginator(facts):
            facts["page"] = page(paginator)
        self.operations[name] = facts

    def implied_paginator(self, facts):
        """Pages that the models lack a paginator for: the same token in and out, and lists."""
        request, answer = (self.shapes.get(facts.get(side), {}).get("members", {}) for side in ("input", "output"))
        for token in ("nextToken", "NextToken"):
            lists = [name for name, member in answer.items() if self.shapes[member["shape"]]["type"] == "list"]
            if token in request and token in answer and lists:
                return {"input_token": token, "output_token": token, "result_key": lists}
        return None

    def notation(self, name):
        """The type of a shape; what it refers to is noted on the way."""
        shape = self.shapes[name]
        match shape["type"]:
            case "structure" if shape.get("document"):
                return "?"
            case "structure":
                if name not in self.structures:
                    members = self.structures[name] = {}  # before its members: shapes may contain themselves
                    for member, reference in sorted(shape["members"].items()):
                        members[member] = self.member(reference, member in shape.get("required", []))
                return ":" + name
            case "list":
                return "[" + self.notation(shape["member"]["shape"])
            case "map":
                return "{" + self.notation(shape["value"]["shape"])
            case "string" if "enum" in shape:
                self.enums[name] = sorted(shape["enum"])
                return "=" + name
            case scalar:
                return SCALARS[scalar]

    def member(self, reference, required):
        flags = "!" if required else ""
        flags += "*" if self.sensitive(reference["shape"]) else ""
        flags += "#" if reference.get("idempotencyToken") else ""
        return self.notation(reference["shape"]) + flags

    def sensitive(self, name):
        shape = self.shapes[name]
        inner = shape.get("member") or shape.get("value")
        return bool(shape.get("sensitive") or inner and self.sensitive(inner["shape"]))

    def text(self):
        metadata = self.model["metadata"]
        protocol = metadata["protocol"].removeprefix("smithy-")
        head = {
            "botocore": botocore.__version__,
            "service": self.name,
            "apiVersion": metadata["apiVersion"],
            "protocol": f"json-{metadata['jsonVersion']}" if protocol == "json" else protocol,
            "target": metadata.get("targetPrefix", ""),
            "signingName": metadata.get("signingName", metadata["endpointPrefix"]),
        }
        parts = [compact(head)[1:-1]]
        for title in ("operations", "structures", "enums"):
            lines = [f"{compact(name)}:{compact(entry)}" for name, entry in sorted(getattr(self, title).items())]
            parts.append(f"{compact(title)}:{{\n" + ",\n".join(lines) + "\n}")
        return "{" + ",\n".join(parts) + "}\n"


def page(paginator):
    def several(key):
        return paginator[key] if isinstance(paginator[key], list) else [paginator[key]]

    facts = {"in": several("input_token"), "out": several("output_token"), "items": several("result_key")}
    return facts | ({"size": paginator["limit_key"]} if "limit_key" in paginator else {})


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def main(folder):
    if tuple(map(int, botocore.__version__.split("."))) < tuple(map(int, OLDEST.split("."))):
        sys.exit(f"generate.py needs botocore {OLDEST} or newer; {botocore.__version__} is installed")
    # Only the package's own models: those a user keeps in ~/.aws/models are not AWS's.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    for module, operations in table().items():
        name = module.replace("_", "-")
        model, paginators = (loader.load_service_model(name, kind) for kind in ("service-2", "paginators-1"))
        service = Service(name, model, paginators["pagination"])
        for operation, method in operations.items():
            service.add(operation, method)
        (folder / f"{module}.json").write_text(service.text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
