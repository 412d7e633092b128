"""The ways in which records are broken, and the shape that has to find each.

A fault is a few changes to the triples of a sound record. Its terms are N-Triples in which
``{r}`` stands for the record's IRI and ``{earlier}`` for a record that was renewed.
"""

from dataclasses import dataclass

import reference
from reference import Triple
from vocabulary import LABEL, OWN, SH, SHAPE, TYPE, WEIGHT, entry, own, pg, text, typed

RECORD, VALUE, COST, RISK = "<{r}>", "<{r}/value/1>", "<{r}/cost>", "<{r}/risk>"
INSTRUMENT, ADDED = "<{r}/instrument>", "<{r}/added>"
FREE = reference.organization(reference.FREE)
EXCLUDED = reference.organization(reference.EXCLUDED)


@dataclass(frozen=True)
class Change:
    """What is done to the values that a subject has for a predicate.

    Attributes:
        subject: the subject, with places to fill.
        predicate: the predicate.
        values: the values to add, with places to fill.
        drop: whether the values there are go first.
    """

    subject: str
    predicate: str
    values: tuple[str, ...] = ()
    drop: bool = False


def also(subject: str, predicate: str, *values: str) -> Change:
    """Return the change that adds values."""
    return Change(subject, predicate, values)


def instead(subject: str, predicate: str, *values: str) -> Change:
    """Return the change that puts values, or nothing, in the place of those there are."""
    return Change(subject, predicate, values, drop=True)


@dataclass(frozen=True)
class Fault:
    """One way in which a record is broken.

    Attributes:
        kind: its name.
        shape: local name of the shape that has to find it.
        component: the kind of constraint that has to find it, without ``ConstraintComponent``.
        changes: what is done to a sound record.
        at: the focus node of the finding.
    """

    kind: str
    shape: str
    component: str
    changes: tuple[Change, ...]
    at: str = RECORD

    def finding(self, number: int) -> tuple[str, str, str]:
        """Return focus node, shape and component of what has to be found in one record."""
        component = f"<{SH}{self.component}ConstraintComponent>"
        return _filled(self.at, number), f"<{SHAPE}{self.shape}>", component

    def applied(self, triples: list[Triple], number: int) -> list[Triple]:
        """Return the triples of a record with this fault."""
        for change in self.changes:
            subject = _filled(change.subject, number)
            if change.drop:
                triples = [one for one in triples if one[:2] != (subject, change.predicate)]
            triples = [
                *triples,
                *((subject, change.predicate, _filled(value, number)) for value in change.values),
            ]
        return triples


def _filled(term: str, number: int) -> str:
    earlier = f"{OWN}partnership/{number // 10 * 10 - 7}"
    this = f"{OWN}partnership/{number}"
    return term.replace("{r}", this).replace("{earlier}", earlier).replace("{n}", str(number))


def _value(node: str, *gainers: str) -> tuple[Change, ...]:
    return (
        also(RECORD, pg("hasValue"), node),
        also(node, TYPE, pg("ValueGained")),
        also(node, pg("gainedBy"), *gainers),
        also(node, pg("valueType"), entry("value-type", "scale")),
        also(node, WEIGHT, typed(1, "integer")),
    )


def _partner(node: str, *, gains: bool = True, signs: bool = True) -> tuple[Change, ...]:
    return (
        also(RECORD, pg("hasPartner"), node),
        *(_value(ADDED, node) if gains else ()),
        *([also(INSTRUMENT, pg("signedBy"), node)] if signs else ()),
    )


def _organization(node: str, *, kind: str = "academia", country: bool = True) -> tuple[Change, ...]:
    return (
        also(node, TYPE, pg("Organization")),
        also(node, LABEL, text("New organisation", "en")),
        also(node, pg("partnerKind"), entry("partner-kind", kind)),
        *([also(node, pg("presentIn"), own("country/1"))] if country else ()),
        *_partner(node),
    )


def _aims(*aims: str) -> Change:
    return instead(RECORD, pg("contributesTo"), *aims)


_SDG = reference.sdg_target(0)
_KMGBF = reference.kmgbf_target(0)
_ALIGNED = reference.objective(0)
_UNALIGNED = reference.objective(1)

FAULTS = (
    Fault("label-missing", "label", "MinCount", (instead(RECORD, LABEL),)),
    Fault("label-without-language", "label", "Datatype",
          (also(RECORD, LABEL, text("Trade in timber")),)),
    Fault("label-twice-in-english", "label", "UniqueLang",
          (also(RECORD, LABEL, text("Other name", "en")),)),
    Fault("label-in-german", "label", "LanguageIn",
          (also(RECORD, LABEL, text("Handel mit Holz", "de")),)),
    Fault("label-short", "label", "MinLength", (also(RECORD, LABEL, text("Madera", "es")),)),
    Fault("label-long", "label", "MaxLength", (also(RECORD, LABEL, text("Comercio " * 30, "es")),)),
    Fault("label-copied", "label", "SPARQL",
          (instead(RECORD, LABEL, text("Trade in timber", "en"), text("Trade in timber", "fr")),)),
    Fault("label-not-in-english", "label-english", "QualifiedMinCount",
          (instead(RECORD, LABEL, text("Commerce du bois", "fr")),)),
    Fault("start-missing", "start", "MinCount", (instead(RECORD, pg("startDate")),)),
    Fault("start-twice", "start", "MaxCount",
          (also(RECORD, pg("startDate"), typed("2018-05-01", "date")),)),
    Fault("start-in-words", "start", "Datatype",
          (instead(RECORD, pg("startDate"), text("spring 2020")),)),
    Fault("start-before-the-convention", "start", "MinInclusive",
          (instead(RECORD, pg("startDate"), typed("1975-06-30", "date")),)),
    Fault("end-before-start", "start", "LessThan",
          (instead(RECORD, pg("endDate"), typed("2015-01-31", "date")),)),
    Fault("end-far-away", "end", "MaxExclusive",
          (instead(RECORD, pg("endDate"), typed("2100-01-01", "date")),)),
    Fault("end-open", "Partnership", "Or",
          (instead(RECORD, pg("endDate")), instead(RECORD, pg("renewable")))),
    Fault("status-unknown", "status", "In",
          (instead(RECORD, pg("recordStatus"), entry("record-status", "sleeping")),)),
    Fault("term-short", "duration", "In",
          (instead(RECORD, pg("durationType"), entry("duration-type", "short-term")),)),
    Fault("area-not-listed", "area", "Class", (also(RECORD, pg("thematicArea"), "<{r}/area>"),)),
    Fault("reference-malformed", "reference", "Pattern",
          (instead(RECORD, pg("portalReference"), text("UPP-24-{n}")),)),
    Fault("made-up-denied", "made-up", "HasValue",
          (instead(RECORD, pg("madeUp"), typed("false", "boolean")),)),
    Fault("also-prospective", "Partnership", "Not",
          (also(RECORD, TYPE, pg("ProspectivePartnership")),)),
    Fault("no-sustainable-development-goal", "aims-sdg", "QualifiedMinCount",
          (_aims(_KMGBF, _ALIGNED),)),
    Fault("too-many-sustainable-development-goals", "aims-sdg", "QualifiedMaxCount",
          (_aims(_KMGBF, _ALIGNED, *(reference.sdg_target(number) for number in range(4))),)),
    Fault("target-without-aligned-objective", "Partnership", "SPARQL",
          (_aims(_SDG, _KMGBF, _UNALIGNED),)),
    # Blank nodes are no focus of a rule in SPARQL here: some engines stop at such a focus.
    Fault("aim-without-iri", "aims", "NodeKind",
          (also(RECORD, pg("contributesTo"), "_:r{n}"),
           also("_:r{n}", TYPE, pg("StrategicObjective")))),
    Fault("aim-of-no-framework", "aims-framework", "Class",
          (also(RECORD, pg("contributesTo"), ADDED),
           also(ADDED, TYPE, pg("StrategicObjective")),
           also(ADDED, pg("aimOf"), "<{r}/framework>"))),
    Fault("framework-of-a-thing", "framework-aims", "Class",
          (also(ADDED, pg("aimOf"), own("framework/sdg")),), at=own("framework/sdg")),
    Fault("one-partner", "partner", "MinCount",
          (instead(RECORD, pg("hasPartner")), instead(INSTRUMENT, pg("signedBy")),
           *_partner(FREE))),
    Fault("partner-is-donor", "partner", "Disjoint",
          (*_partner(FREE), also(RECORD, pg("hasDonor"), FREE))),
    Fault("partner-nowhere", "partner", "Node", _organization("<{r}/organization>", country=False)),
    Fault("partner-of-unknown-kind", "partner-kind", "In",
          _organization("<{r}/organization>", kind="club")),
    Fault("partner-without-value", "Partnership", "SPARQL", _partner(FREE, gains=False)),
    Fault("partner-without-signature", "signatures", "Equals", _partner(FREE, signs=False)),
    Fault("partner-excluded", "Organization", "SPARQL",
          (*_partner(EXCLUDED),
           instead(RECORD, pg("recordStatus"), entry("record-status", "active"))), at=EXCLUDED),
    Fault("partner-of-a-risk", "organization-records", "Class",
          (also(RISK, pg("hasPartner"), FREE),),
          at=FREE),
    Fault("weights-above-the-whole", "Partnership", "SPARQL",
          (instead(VALUE, WEIGHT, typed(100, "integer")),)),
    Fault("value-with-a-stray-property", "Value", "Closed",
          (also(VALUE, pg("topicNote"), text("stray")),),
          at=VALUE),
    Fault("value-of-nobody", "value-gainer", "MinCount", _value(ADDED), at=ADDED),
    Fault("value-in-two-places", "value-owner", "MaxCount",
          (also(RISK, pg("hasValue"), VALUE),), at=VALUE),
    Fault("value-of-unknown-type", "value-type", "In",
          (instead(VALUE, pg("valueType"), entry("value-type", "fame")),), at=VALUE),
    Fault("weight-zero", "value-weight", "MinInclusive",
          (instead(VALUE, WEIGHT, typed(0, "integer")),), at=VALUE),
    Fault("weight-above-hundred", "value-weight", "MaxInclusive",
          (instead(VALUE, WEIGHT, typed(101, "integer")),), at=VALUE),
    Fault("amount-negative", "cost-amount", "MinExclusive",
          (instead(COST, pg("amount"), typed("-12.50", "decimal")),), at=COST),
    Fault("amount-missing", "Cost", "Or",
          (instead(COST, pg("amount")),
           instead(COST, pg("costKind"), entry("cost-kind", "hard-cost"))), at=COST),
    Fault("risk-due-before-it-was-seen", "risk-seen", "LessThanOrEquals",
          (instead(RISK, pg("dueDate"), typed("2016-02-29", "date")),), at=RISK),
    Fault("risk-judged-by-a-number", "risk-judged", "Or",
          (instead(RISK, pg("riskAssessment"), typed(12345678901, "integer")),), at=RISK),
    Fault("risk-treated-by-nothing", "risk-treatment", "Not",
          (instead(RISK, pg("treatment"), text("None", "en")),), at=RISK),
    Fault("instrument-of-two-kinds", "instrument", "Xone",
          (also(INSTRUMENT, TYPE, pg("MemorandumOfUnderstanding"),
                pg("LetterOfUnderstanding")),)),
    Fault("instrument-without-number", "instrument-number", "MinCount",
          (instead(INSTRUMENT, pg("number")),), at=INSTRUMENT),
    Fault("instrument-without-date", "instrument-date", "MinCount",
          (instead(INSTRUMENT, pg("signedDate")), instead(INSTRUMENT, pg("validFrom"))),
          at=INSTRUMENT),
    Fault("organisation-without-name", "Organization", "And",
          (also("<{r}/organization>", TYPE, pg("Organization")),), at="<{r}/organization>"),
    Fault("renewed-before-the-end", "Renewal", "SPARQL",
          (also("<{earlier}>", pg("successor"), RECORD),
           instead(RECORD, pg("startDate"), typed("2015-06-01", "date")))),
    Fault("mandate-missing", "mandate", "MinCount",
          (instead(RECORD, pg("onBehalfOf"), own("body/1")), instead(RECORD, pg("mandatedBy")))),
    Fault("mandate-lapsed", "mandate-status", "In",
          (also(RECORD, pg("onBehalfOf"), own("body/1")),
           also(RECORD, pg("mandatedBy"), reference.document(7)))),
)  # fmt: skip
