"""SHACL compiled to set-based SPARQL: each constraint is one question to the store.

::

    shapes graph ── shapes ── compiler ── queries ──┐
                               paths, values, sets, │
                               embed                ├── plan.ask ── results ── report
    data ── literals (what a store would rewrite) ──┘

pySHACL is the reference; what cannot be compiled is told and left to it.
"""

from partnergraph.shacl.plan import NotCompiled, Plan
from partnergraph.shacl.record import judge_record
from partnergraph.shacl.results import Result, report
from partnergraph.shacl.validate import read_file, validate, validate_file
from partnergraph.shacl.wrong import Refused, ShapesError

compile = Plan

__all__ = [
    "NotCompiled",
    "Plan",
    "Refused",
    "Result",
    "ShapesError",
    "compile",
    "judge_record",
    "read_file",
    "report",
    "validate",
    "validate_file",
]
