"""Importing this module makes transformers' Auto classes know ChartGraph."""

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.modeling import ChartGraphForTableExtraction
from serve_app.chartgraph.processing import ChartGraphProcessor

__all__ = ["ChartGraphConfig", "ChartGraphForTableExtraction", "ChartGraphProcessor"]
