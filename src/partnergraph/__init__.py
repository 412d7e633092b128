"""The draft CITES Partnership Strategy as a knowledge graph, with rules and questions."""

from importlib.metadata import version

__version__ = version("partnergraph")
