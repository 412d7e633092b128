"""Where sources differ, both readings are kept and the difference is described."""

from fact_rows import Rows, ours, seeded, things, values

DATES = ("pg:startDate", "pg:endDate", "pg:validFrom", "pg:validUntil", "pg:signedDate")


def unexplained(rows: Rows) -> list[str]:
    """The things with two values for a date, and no discrepancy about them."""
    explained = {row.object for row in rows if row.predicate == "pg:aboutThing"}
    return [
        f"{thing} {predicate}"
        for predicate in DATES
        for thing, given in values(rows, predicate).items()
        if len(given) > 1 and thing not in explained
    ]


@seeded(
    "event:sc78,pg:startDate,2025-02-04,date,paragraph:C1,stated,",
    "event:cop20,pg:endDate,2025-12,gYearMonth,paragraph:C1,stated,",
    "document:cms-cites-jwp-2021-2025,pg:validFrom,2020,gYear,paragraph:C10,stated,",
    "document:cites-woah-mou,pg:signedDate,2024-03-02,date,source:thehansindia,verified,",
    found=[
        "event:sc78 pg:startDate",
        "event:cop20 pg:endDate",
        "document:cms-cites-jwp-2021-2025 pg:validFrom",
        "document:cites-woah-mou pg:signedDate",
    ],
)
def test_two_dates_for_one_thing_are_explained(rows: Rows, found: list[str]) -> None:
    assert unexplained(rows) == found


def test_the_differences_of_dates_that_the_document_has_are_there() -> None:
    dates = {
        (predicate, thing): given
        for predicate in DATES
        for thing, given in values(ours(), predicate).items()
    }
    assert {key: given for key, given in dates.items() if len(given) > 1} == {
        ("pg:startDate", "event:cms14"): ["2024-02-02", "2024-02-12"],
        ("pg:validFrom", "document:strategic-vision"): ["2021", "2012"],
    }


def test_two_numbers_of_one_document_are_explained() -> None:
    several = [d for d, given in values(ours(), "pg:number").items() if len(given) > 1]
    explained = {row.object for row in ours() if row.predicate == "pg:aboutThing"}
    assert several == ["document:unea-res-6-4"]
    assert explained.issuperset(several)


def incomplete(rows: Rows) -> list[str]:
    """The discrepancies without two different values, each with its place in a source.

    A reading is a paragraph; where the second value stands outside the document, its row names
    that source.
    """
    found = []
    firsts, seconds = values(rows, "pg:firstValue"), values(rows, "pg:secondValue")
    one, two = values(rows, "pg:firstReading"), values(rows, "pg:secondReading")
    outside = {
        row.subject
        for row in rows
        if row.predicate == "pg:secondValue" and row.sources[0].startswith("source:")
    }
    described = {row.subject for row in rows if row.predicate == "rdf:type"}
    for it in things(rows, "pg:Discrepancy"):
        first, second = firsts.get(it, []), seconds.get(it, [])
        about = values(rows, "pg:aboutThing").get(it, [])
        if len(first) != 1 or len(second) != 1 or first == second:
            found.append(f"{it} values")
        if len(one.get(it, [])) != 1 or len(two.get(it, [])) != (0 if it in outside else 1):
            found.append(f"{it} readings")
        if not about or not described.issuperset(about):
            found.append(f"{it} pg:aboutThing")
    return found


@seeded(
    "discrepancy:a,rdf:type,pg:Discrepancy,iri,paragraph:C1,inferred,",
    "discrepancy:a,pg:aboutThing,event:sc99,iri,paragraph:C1,inferred,",
    "discrepancy:a,pg:firstReading,paragraph:C1,iri,paragraph:C1,stated,",
    "discrepancy:a,pg:firstValue,one,string,paragraph:C1,stated,",
    "discrepancy:a,pg:secondValue,one,string,paragraph:C2,stated,",
    found=["discrepancy:a values", "discrepancy:a readings", "discrepancy:a pg:aboutThing"],
)
def test_a_discrepancy_names_two_readings_of_a_thing_of_ours(rows: Rows, found: list[str]) -> None:
    assert incomplete(rows) == found


def readings_out_of_place(rows: Rows) -> list[str]:
    """The values of discrepancies that do not come from the paragraph named as their reading."""
    found = []
    for side in ("first", "second"):
        readings = values(rows, f"pg:{side}Reading")
        found += [
            row.subject
            for row in rows
            if row.predicate == f"pg:{side}Value"
            and row.subject in readings
            and row.sources != tuple(readings[row.subject])
        ]
    return found


@seeded(
    "discrepancy:a,pg:firstReading,paragraph:C1,iri,paragraph:C1,stated,",
    "discrepancy:a,pg:firstValue,one,string,paragraph:C2,stated,",
    found=["discrepancy:a"],
)
def test_a_reading_is_the_paragraph_that_its_value_comes_from(rows: Rows, found: list[str]) -> None:
    assert readings_out_of_place(rows) == found


def test_there_are_31_discrepancies_and_each_kind_of_thing_has_its_label() -> None:
    found = things(ours(), "pg:Discrepancy")
    assert len(found) == len(set(found)) == 31
    assert set(found) == set(values(ours(), "pg:aboutProperty"))


def dated_values_missing_from_the_discrepancy(rows: Rows) -> list[str]:
    """The paragraphs of differing dates that no discrepancy about the thing names."""
    named: dict[str, set[str]] = {}
    about = values(rows, "pg:aboutThing")
    for row in rows:
        if row.predicate in {"pg:firstReading", "pg:secondReading"}:
            for thing in about.get(row.subject, []):
                named.setdefault(thing, set()).add(row.object)
    return [
        f"{row.subject} {row.object}"
        for predicate in DATES
        for row in rows
        if row.predicate == predicate
        and len(values(rows, predicate)[row.subject]) > 1
        and not named.get(row.subject, set()).intersection(row.sources)
    ]


@seeded(
    "event:cms14,pg:startDate,2024-02-03,date,paragraph:C9,stated,",
    found=["event:cms14 2024-02-03"],
)
def test_each_of_two_dates_comes_from_a_reading_of_the_discrepancy(
    rows: Rows, found: list[str]
) -> None:
    assert dated_values_missing_from_the_discrepancy(rows) == found


def backwards(rows: Rows) -> list[str]:
    """The things that end before they start, by any two dates of the same precision."""
    found = []
    for first, last in (("pg:startDate", "pg:endDate"), ("pg:validFrom", "pg:validUntil")):
        starts, ends = values(rows, first), values(rows, last)
        found += [
            thing
            for thing in starts.keys() & ends.keys()
            for start in starts[thing]
            for end in ends[thing]
            if end[: len(start)] < start[: len(end)]
        ]
    return found


@seeded("event:sc78,pg:endDate,2025-02-01,date,paragraph:C0,stated,", found=["event:sc78"])
def test_nothing_ends_before_it_starts(rows: Rows, found: list[str]) -> None:
    assert backwards(rows) == found
