"""The application's settings: one frozen tree, filled from `args:` in the Serve config and passed down.

Every section forbids unknown names, so that a typo fails at start-up and not in production. The text below each name is
its documentation: `serve-app settings` prints it, and docs/configuration.md is made from it.
"""

from serve_app.config.application import AppConfig, Transport
from serve_app.config.chart import ChartConfig, Quantisation, RemoteConfig
from serve_app.config.documents import DocumentsConfig
from serve_app.config.http import HttpConfig, Limits
from serve_app.config.jobs import JobsConfig
from serve_app.config.layout import LayoutConfig
from serve_app.config.ocr import OcrConfig
from serve_app.config.section import MIB, ComputedPrecision, CpuPrecision, Device, RecycleConfig, Section

__all__ = [
    "MIB",
    "AppConfig",
    "ChartConfig",
    "ComputedPrecision",
    "CpuPrecision",
    "Device",
    "DocumentsConfig",
    "HttpConfig",
    "JobsConfig",
    "LayoutConfig",
    "Limits",
    "OcrConfig",
    "Quantisation",
    "RecycleConfig",
    "RemoteConfig",
    "Section",
    "Transport",
]
