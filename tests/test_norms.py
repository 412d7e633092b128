"""Versions of the strategy as files that revise ours: what is read, and what is refused."""

from collections.abc import Callable

import pytest

from conftest import ROOT
from partnergraph import names, norms
from partnergraph.errors import UnreadableInputError

SECOND = ROOT / "data" / "examples" / "norms" / "second.ttl"
BASE = norms.current()
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
HEAD = """norm:other a pg:Norm ;
    skos:prefLabel "Other version"@en ;
    owl:versionInfo "other 1" ;
    pg:changesParagraph paragraph:S12 ;
    pg:revises norm:sc78-draft ;
    pg:withdrawsRule rule:S4-instrument .
"""
RULE = """rule:S12-new a pg:Rule , sh:PropertyShape ;
    sh:targetClass pg:CITESStrategicPartnership ;
    sh:path pg:hasPartner ;
    sh:minCount 3 ;
    sh:severity sh:Warning ;
    sh:name "Three partners"@en ;
    sh:message "One. Two. Three."@en ;
    sh:description "Because."@en ;
    dcterms:source paragraph:S12 .
"""


def revised(text: str) -> norms.Norm:
    return norms.revised(BASE, (PREFIXES + text).encode(), "other.ttl")


def test_a_version_holds_the_rules_of_its_base_but_for_what_differs() -> None:
    made = revised(HEAD + RULE)
    assert set(made.rules) == (set(BASE.rules) - {"S4-instrument"}) | {"S12-new"}
    assert (made.id, made.label, made.version) == ("other", "Other version", "other 1")
    assert (made.changed, made.withdrawn, made.replaced) == (
        ("S12",),
        ("S4-instrument",),
        ("S12-new",),
    )
    new = made.rules["S12-new"]
    assert (new.name, new.severity, new.paragraphs) == ("Three partners", "Warning", ("S12",))
    assert made.rules["S12-secretariat"] == BASE.rules["S12-secretariat"]
    assert "S4-instrument" in BASE.rules, "the base is left as it was"
    assert "S12-new" not in BASE.rules


def test_a_rule_of_the_same_name_stands_in_place_of_the_old_one_as_a_whole() -> None:
    made = revised(HEAD + RULE.replace("S12-new", "S12-secretariat"))
    assert made.rules["S12-secretariat"].name == "Three partners"
    assert made.replaced == ("S12-secretariat",)
    old = {str(s) for s in BASE.shapes.subjects() if "S12-secretariat#" in str(s)}
    assert old, "the old rule has parts"
    assert old & {str(s) for s in made.shapes.subjects()} == set()


def test_a_version_may_only_withdraw() -> None:
    made = revised(HEAD)
    assert set(BASE.rules) - set(made.rules) == {"S4-instrument"}
    assert made.replaced == ()


def without(line: str) -> str:
    assert line in RULE
    return HEAD + RULE.replace(line, "")


WRONG: dict[str, tuple[str, str, str]] = {
    "no header": (RULE, "0 headers", "pg:revises norm:sc78-draft"),
    "two headers": (HEAD + HEAD.replace("norm:other", "norm:third") + RULE, "2 headers", ""),
    "another base": (
        HEAD.replace("norm:sc78-draft", "norm:other-draft") + RULE,
        "norm:sc78-draft",
        "",
    ),
    "no base": (HEAD.replace("    pg:revises norm:sc78-draft ;\n", "") + RULE, "revises", ""),
    "unknown rule": (
        HEAD.replace("rule:S4-instrument", "rule:S4-instrumnt"),
        "rule:S4-instrumnt",
        "Did you mean S4-instrument",
    ),
    "no difference": (
        HEAD.replace(" ;\n    pg:withdrawsRule rule:S4-instrument", ""),
        "neither withdraws",
        "",
    ),
    "no label": (HEAD.replace('"Other version"@en', '"Autre version"@fr') + RULE, "label", ""),
    "no version": (HEAD.replace('    owl:versionInfo "other 1" ;\n', "") + RULE, "versionInfo", ""),
    "no message": (without('    sh:message "One. Two. Three."@en ;\n'), "sh:message", ""),
    "no name": (without('    sh:name "Three partners"@en ;\n'), "sh:name", ""),
    "no description": (without('    sh:description "Because."@en ;\n'), "sh:description", ""),
    "no severity": (without("    sh:severity sh:Warning ;\n"), "sh:severity", ""),
    "no target": (
        without("    sh:targetClass pg:CITESStrategicPartnership ;\n"),
        "sh:targetClass",
        "",
    ),
    "no paragraph": (without(" ;\n    dcterms:source paragraph:S12"), "paragraph", ""),
}


@pytest.mark.parametrize(("text", "says", "hint"), WRONG.values(), ids=list(WRONG))
def test_a_file_that_makes_no_version_is_refused_with_what_is_wrong(
    text: str, says: str, hint: str
) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        revised(text)
    assert says in caught.value.detail
    assert hint in caught.value.hint
    assert caught.value.where.file == "other.ttl"
    assert caught.value.exit_code == 2


def test_what_is_not_turtle_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableInputError) as caught:
        norms.revised(BASE, b"@prefix pg: <http://x/> .\npg:a oops", "broken.ttl")
    assert (caught.value.where.file, caught.value.where.line) == ("broken.ttl", 2)


CHANGES: dict[str, Callable[[str], str]] = {
    "severity": lambda text: text.replace("sh:Warning", "sh:Violation"),
    "message": lambda text: text.replace("Three.", "Four."),
    "what it asks": lambda text: text.replace("sh:minCount 3", "sh:minCount 4"),
    "what is withdrawn": lambda text: text.replace("S4-instrument", "S3-goals"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_digest_changes_when_a_rule_does(change: Callable[[str], str]) -> None:
    text = HEAD + RULE
    assert change(text) != text
    assert revised(text).digest == revised(text).digest
    assert revised(change(text)).digest != revised(text).digest
    assert revised(text).digest != BASE.digest


def test_the_digest_of_the_shipped_version_is_that_of_its_files() -> None:
    import hashlib

    from partnergraph import rooms

    told = hashlib.sha256(b"".join(room.read() for room in rooms.shapes())).hexdigest()
    assert BASE.digest == told
    less = hashlib.sha256(b"".join(room.read() for room in rooms.shapes()[1:])).hexdigest()
    assert less != told


def test_the_example_of_a_second_version_is_read_from_its_file() -> None:
    made = norms.revised(norms.current(), SECOND.read_bytes(), SECOND.name)
    assert made.revises == BASE.iri
    assert made.withdrawn
    assert set(made.replaced) <= set(made.rules)
    assert set(made.withdrawn) & set(made.rules) == set()


def test_unknown_rules_are_told_with_the_nearest() -> None:
    from partnergraph.errors import UnknownNameError

    assert BASE.choose(()) == frozenset(BASE.rules)
    assert BASE.choose(("S12-secretariat",)) == {"S12-secretariat"}
    with pytest.raises(UnknownNameError) as caught:
        BASE.choose(("S12-secretariat", "S12-secretaria"))
    assert "S12-secretariat" in caught.value.hint
