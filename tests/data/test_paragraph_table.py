"""The paragraphs: their order, their numbers, their force, and what is checked of each."""

import re

from fact_rows import Rows, ours, seeded, things, values

PARAGRAPHS = things(ours(), "pg:Paragraph")
FORCES = {"must", "should", "may", "in-principle", "definition", "example", "information"}
_ID = re.compile(
    r"C\d+(\.(17\.55|17\.56|19\.20|19\.21)|(\.[a-i])?(\.1)?)|CFN1|S\.(TOC|BOX1)|SFN\d+|S\d+(\.A1|(\.[a-i])?(\.i{1,3}|\.iv)?)"
)


def slug(paragraph: str) -> str:
    return paragraph.partition(":")[2]


def test_the_numbers_of_the_paragraphs_have_the_forms_of_the_document() -> None:
    assert [p for p in map(slug, PARAGRAPHS) if not _ID.fullmatch(p)] == []
    for wrong in ("C", "S22.j", "S22.b.v", "C2.17.57", "SFN", "s22", "S22.B", "C33x"):
        assert not _ID.fullmatch(wrong), wrong


def test_the_main_paragraphs_are_complete() -> None:
    found = set(map(slug, PARAGRAPHS))
    main = {f"C{n}" for n in range(33)} | {f"S{n}" for n in range(1, 53)}
    footnotes = {"CFN1"} | {f"SFN{n}" for n in range(2, 17)}
    assert main | footnotes | {"S.TOC", "S.BOX1", "S19.A1"} <= found
    below = {p for p in found - main - footnotes if "." in p}
    assert len(main | footnotes | below) == len(found) == 198
    assert {p for p in found if p.startswith("S22")} == {
        "S22", "S22.a", "S22.b", "S22.b.i", "S22.b.ii", "S22.b.iii", "S22.b.iv"
    }  # fmt: skip


def rank(paragraph: str) -> tuple[object, ...]:
    """Where a paragraph stands in the document: cover, its footnote, strategy, its footnotes."""
    name = slug(paragraph)
    part = ("C", "CFN", "S", "SFN").index(re.match(r"[CS](FN)?", name)[0])  # type: ignore[index]
    if name == "S.TOC":
        return part, 0.0
    if name == "S.BOX1":
        return part, 25.5
    number, *below = name.lstrip("CSFN").split(".")
    if name.startswith("C2."):
        return part, 2.0, [int(n) for n in below]
    roman = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
    levels = [roman[b] if level and b in roman else ord(b[0]) for level, b in enumerate(below)]
    return part, float(number), levels


def out_of_place(rows: Rows) -> list[str]:
    """Paragraphs whose position is not their place in the order of the document."""
    positions = {thing: int(given[0]) for thing, given in values(rows, "pg:position").items()}
    order = sorted(positions, key=rank)
    return [p for place, p in enumerate(order, 1) if positions[p] != place]


def test_positions_follow_the_document() -> None:
    assert out_of_place(ours()) == []
    assert [int(given[0]) for given in values(ours(), "pg:position").values()] == [*range(1, 199)]


def test_a_paragraph_out_of_place_is_found() -> None:
    swapped = {"paragraph:S22.a": "105", "paragraph:S22.b": "104"}
    rows = tuple(
        row._replace(object=swapped[row.subject])
        if row.predicate == "pg:position" and row.subject in swapped
        else row
        for row in ours()
    )
    assert out_of_place(rows) == ["paragraph:S22.a", "paragraph:S22.b"]


HEADINGS = {"paragraph:S.TOC", "paragraph:S.BOX1", "paragraph:S19.A1"}


def wrong_above(rows: Rows) -> list[str]:
    """Paragraphs that are not part of the paragraph that their number continues."""
    known = set(things(rows, "pg:Paragraph"))
    above = values(rows, "pg:partOfParagraph")
    found = []
    for paragraph in known:
        start = paragraph
        while "." in start and (start := start.rpartition(".")[0]) not in known:
            pass
        under = start in known and start != paragraph and paragraph not in HEADINGS
        expected = [start] if under else []
        if "FN" not in paragraph and above.get(paragraph, []) != expected:
            found.append(paragraph)
    return sorted(found)


@seeded(
    "paragraph:S22.b.i,pg:partOfParagraph,paragraph:S22.a,iri,paragraph:S22.b.i,stated,",
    "paragraph:C3,pg:partOfParagraph,paragraph:C2,iri,paragraph:C3,stated,",
    found=["paragraph:C3", "paragraph:S22.b.i"],
)
def test_a_paragraph_is_part_of_the_one_that_its_number_continues(
    rows: Rows, found: list[str]
) -> None:
    assert wrong_above(rows) == found


def test_footnotes_hang_on_paragraphs_in_the_order_of_their_numbers() -> None:
    above = values(ours(), "pg:partOfParagraph")
    places = {thing: int(given[0]) for thing, given in values(ours(), "pg:position").items()}
    anchors = [above[p] for p in PARAGRAPHS if "SFN" in p]
    assert all(len(anchor) == 1 and "FN" not in anchor[0] for anchor in anchors)
    order = [places[anchor[0]] for anchor in anchors]
    assert order == sorted(order)
    assert above["paragraph:CFN1"] == ["paragraph:C28"]


def incomplete(rows: Rows) -> list[str]:
    """Paragraphs without just one force, summary, section and document, or with empty reasons."""
    found = []
    one = ("pg:force", "dcterms:abstract", "pg:section", "pg:ofDocument", "skos:notation")
    given = {predicate: values(rows, predicate) for predicate in one}
    checked, unchecked = values(rows, "pg:machineCheck"), values(rows, "pg:uncheckedReason")
    for paragraph in things(rows, "pg:Paragraph"):
        found += [f"{paragraph} {p}" for p in one if len(given[p].get(paragraph, [])) != 1]
        if (paragraph in checked) == (paragraph in unchecked):
            found.append(f"{paragraph} pg:machineCheck")
    return found


@seeded(
    "paragraph:S22,pg:force,force:may,iri,paragraph:S22,stated,",
    "paragraph:S22,pg:uncheckedReason,Description only.,string,paragraph:S22,inferred,",
    "paragraph:S53,rdf:type,pg:Paragraph,iri,paragraph:S53,stated,",
    found=[
        "paragraph:S22 pg:force",
        "paragraph:S22 pg:machineCheck",
        "paragraph:S53 pg:force",
        "paragraph:S53 dcterms:abstract",
        "paragraph:S53 pg:section",
        "paragraph:S53 pg:ofDocument",
        "paragraph:S53 skos:notation",
        "paragraph:S53 pg:machineCheck",
    ],
)
def test_each_paragraph_has_a_force_a_summary_and_a_check_or_a_reason_for_none(
    rows: Rows, found: list[str]
) -> None:
    assert incomplete(rows) == found


def test_each_force_is_one_of_the_scheme_and_each_is_used() -> None:
    used = {given[0] for given in values(ours(), "pg:force").values()}
    assert used == {f"force:{name}" for name in FORCES}
    assert values(ours(), "pg:force")["paragraph:S36.c"] == ["force:in-principle"]


def unfounded_forces(rows: Rows) -> list[str]:
    """Forces that are stated without words of the text that show them, or read without a why."""
    wording = values(rows, "pg:modalWording")
    modal = {"force:must", "force:should", "force:may", "force:in-principle"}
    return [
        f"{row.subject} {row.object}"
        for row in rows
        if row.predicate == "pg:force"
        and (
            (row.status == "stated") is not (row.subject in wording)
            or (row.object in modal and row.status == "inferred" and not row.note)
        )
    ]


@seeded(
    "paragraph:C1,pg:force,force:must,iri,paragraph:C1,stated,",
    "paragraph:C3,pg:force,force:should,iri,paragraph:C3,inferred,",
    "paragraph:S22,pg:force,force:may,iri,paragraph:S22,inferred,the same",
    found=["paragraph:C1 force:must", "paragraph:C3 force:should", "paragraph:S22 force:may"],
)
def test_a_force_rests_on_words_of_the_text_or_says_why(rows: Rows, found: list[str]) -> None:
    assert unfounded_forces(rows) == found


def test_notation_name_and_document_agree_with_the_number() -> None:
    notation, document = values(ours(), "skos:notation"), values(ours(), "pg:ofDocument")
    label = values(ours(), "skos:prefLabel")
    for paragraph in PARAGRAPHS:
        cover = slug(paragraph).startswith("C")
        assert notation[paragraph] == [slug(paragraph)]
        assert label[paragraph][0].startswith("Cover document" if cover else "Strategy")
        name = "sc78-cooperation" if cover else "partnership-strategy"
        assert document[paragraph] == [f"document:{name}"]


def foreign_sources(rows: Rows) -> list[str]:
    """Rows about a paragraph that come from anything but that paragraph."""
    return [
        f"{row.subject} {row.predicate}"
        for row in rows
        if row.table in {"paragraphs", "seeded"} and row.sources != (row.subject,)
    ]


@seeded(
    "paragraph:S22,dcterms:abstract,x,en,paragraph:S21,stated,",
    found=["paragraph:S22 dcterms:abstract"],
)
def test_what_is_said_of_a_paragraph_comes_from_it(rows: Rows, found: list[str]) -> None:
    assert foreign_sources(rows) == found


def test_no_two_paragraphs_have_the_same_summary_and_none_is_long() -> None:
    summaries = [given[0] for given in values(ours(), "dcterms:abstract").values()]
    assert len(set(summaries)) == len(summaries) == 198
    assert max(map(len, summaries)) < 500
