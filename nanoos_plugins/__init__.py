"""NANO-OS: nanomaterials research as one AiiDA provenance graph."""

from importlib.metadata import version

__version__ = version('nanoos')
