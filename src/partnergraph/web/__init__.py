"""The graph over HTTP: SPARQL, questions, linked data, validation and pages."""
