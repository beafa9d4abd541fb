"""Draws random charts with exact annotations, as training data of the chart model."""

from serve_app.chartgraph.training.renderer.rendering import render

__all__ = ["render"]
