"""What the page on HTTP says is so."""

import re

import httpx

from conftest import ROOT
from partnergraph.settings import Settings

PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")


def test_every_setting_is_told_with_its_default() -> None:
    told = {
        name: (default, what)
        for name, default, what in re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", PAGE, re.M)
    }
    shown = {False: "false"}
    for name, field in Settings.model_fields.items():
        if name == "store":
            continue
        default = shown.get(field.default, str(field.default)) if field.default != {} else "none"
        assert told.pop(name) == (default, field.description)
    assert not told


def test_every_route_that_is_told_is_there(server: str) -> None:
    routes = httpx.get(f"{server}/openapi.json").json()["paths"]
    told = {
        re.split(r"[?…]", path)[0].rstrip("/")
        for path in re.findall(r"`(?:GET |POST )?(/[\w./-]+)", PAGE)
    }
    assert {"/sparql", "/sparql/update", "/graphs", "/.well-known/void"} <= told
    for path in told - {"/openapi.json"}:
        assert any(route.startswith(path.replace("/NAME", "")) for route in routes), path
