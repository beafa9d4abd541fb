"""Draws random charts with exact annotations, and pictures that are none, as training data of the chart model."""

from serve_app.chartgraph.training.renderer.figures import render_figure
from serve_app.chartgraph.training.renderer.rendering import render

__all__ = ["render", "render_figure"]
