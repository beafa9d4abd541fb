"""Draws random charts with exact annotations, as training data of the chart model."""

from serve_app.models.chart.renderer.scenes import render

__all__ = ["render"]
