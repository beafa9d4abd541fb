"""Importing this module makes transformers' Auto classes know ChartGraph."""

from serve_app.models.chart.configuration import ChartGraphConfig
from serve_app.models.chart.modeling import ChartGraphForTableExtraction
from serve_app.models.chart.processing import ChartGraphProcessor

__all__ = ["ChartGraphConfig", "ChartGraphForTableExtraction", "ChartGraphProcessor"]
