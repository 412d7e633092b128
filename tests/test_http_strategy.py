"""The routes that check, explain, and show the strategy, over HTTP."""

import json
from collections.abc import Iterator

import httpx
import jsonschema
import pytest

from conftest import ROOT
from partnergraph import norms
from partnergraph.words import word
from test_http import problem

RECORD = (ROOT / "data/examples/records/cpw-as-told.ttl").read_bytes()
TURTLE = {"content-type": "text/turtle"}


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as opened:
        yield opened


def test_a_rule_is_explained_with_its_two_records(client: httpx.Client) -> None:
    found = client.get("/explain/S14.b-end").json()
    assert found["kind"] == "rule"
    assert [id_ for id_, _, _ in found["paragraphs"]] == ["S14.b"]
    assert "pg:endsWith" in found["valid"]
    assert "# expect:" in found["invalid"]
    assert len(found["remedies"]) == 3


def test_a_criterion_of_a_record_is_explained_by_what_decided(client: httpx.Client) -> None:
    found = client.get("/explain/iccwc/S12-secretariat").json()
    assert found["criterion"]["state"] == "met"
    told = {(s["predicate"], s["object"]): s for s in found["statements"]}
    secretariat = told["pg:hasPartner", "organization:cites-secretariat"]
    assert secretariat["sources"] == ["paragraph:C28"]
    assert secretariat["status"] == "stated"


def test_a_contribution_without_a_chain_says_so_and_an_unknown_aim_is_told(
    client: httpx.Client,
) -> None:
    found = client.get("/explain/iccwc/sdg:15").json()
    assert (found["kind"], found["chains"]) == ("contribution", [])
    assert "sdg:15" in str(problem(client.get("/explain/iccwc/sdg:155"), 404)["hint"])
    assert "iccwc" in str(problem(client.get("/explain/icwc"), 404)["hint"])
    problem(client.get("/explain/iccwc?norm=x"), 400)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/explain/S14.b-end", "explain.asks"),
        ("/explain/iccwc/S12-secretariat", "explain.triples"),
        ("/rules", "report.severity"),
    ],
)
def test_an_explanation_is_a_page_in_each_language(
    client: httpx.Client, path: str, key: str, language: str
) -> None:
    shown = client.get(path, params={"lang": language}, headers={"accept": "text/html"})
    assert shown.status_code == 200
    assert f'<html lang="{language}">' in shown.text
    assert word(key, language) in shown.text


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/rule/S14.b-end.html", "/explain/S14.b-end?lang=en"),
        ("/id/partnership/iccwc.html", "/explain/iccwc?lang=en"),
    ],
)
def test_the_page_of_a_rule_or_a_partnership_leads_to_its_explanation(
    client: httpx.Client, path: str, leads_to: str
) -> None:
    assert f'href="{leads_to}"' in client.get(path).text
    assert "/explain/" not in client.get("/id/organization/fao.html").text


def test_the_verdict_on_a_record_of_the_graph_is_a_page(client: httpx.Client) -> None:
    shown = client.get("/explain/iccwc?lang=es", headers={"accept": "text/html"}).text
    assert word("outcome.not-yet", "es") in shown
    assert word("report.checklist", "es") in shown


def test_every_paragraph_stands_in_the_strategy_with_what_comes_from_it(
    client: httpx.Client,
) -> None:
    found = {one["paragraph"]: one for one in client.get("/strategy").json()}
    assert len(found) == 198
    one = client.get("/trace/S22.a").json()
    assert found["S22.a"] == one
    assert "S22.a-goal" in one["rules"]
    assert found["S29"]["checklist"] == ["judgement-question:S29"]
    shown = client.get("/strategy?lang=fr", headers={"accept": "text/html"}).text
    assert 'href="/trace/S22.a?lang=fr"' in shown
    assert 'href="/explain/S22.a-goal?lang=fr"' in shown


def test_every_rule_stands_in_the_list(client: httpx.Client) -> None:
    found = {rule["id"]: rule for rule in client.get("/rules").json()}
    assert set(found) == set(norms.current().rules)
    assert found["S36.c-private-company"]["severity"] == "Warning"


def test_a_report_as_json_follows_the_published_schema(client: httpx.Client) -> None:
    schema = client.get("/schema/report.json")
    assert schema.headers["content-type"] == "application/schema+json"
    report = client.post("/validate", content=RECORD, headers=TURTLE).json()
    jsonschema.Draft202012Validator(schema.json()).validate(report)
    report["reports"][0]["verdicts"][0]["outcome"] = "perfect"
    with pytest.raises(jsonschema.ValidationError, match="perfect"):
        jsonschema.Draft202012Validator(schema.json()).validate(report)


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("text/csv", "file,norm,"),
        ("application/xml", "<?xml"),
        ("text/plain", "request. "),
        ("text/turtle", "@prefix"),
        ("application/ld+json", "["),
        ("text/html", "<!doctype html>"),
    ],
)
def test_a_report_has_the_form_that_the_client_likes(
    client: httpx.Client, accept: str, begins: str
) -> None:
    got = client.post("/validate", content=RECORD, headers={**TURTLE, "accept": accept})
    assert got.status_code == 200
    assert got.headers["content-type"].partition(";")[0] == accept
    assert got.text.startswith(begins)


def test_a_report_is_in_the_language_asked_for(client: httpx.Client) -> None:
    got = client.post("/validate?lang=fr", content=RECORD, headers=TURTLE).json()
    (report,) = got["reports"]
    assert report["language"] == "fr"
    name = {c["rule"]: c["name"] for c in report["verdicts"][0]["criteria"]}["S12-secretariat"]
    assert name != norms.current().rules["S12-secretariat"].name
    assert json.dumps(report).count("Le Secr") > 0


def test_an_empty_body_is_a_problem_and_not_a_report_on_something_else(
    client: httpx.Client,
) -> None:
    problem(client.post("/validate", content=b"", headers=TURTLE), 400)
