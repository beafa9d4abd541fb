"""The parameter `language`: which of the configured recognition models reads an image."""

from serve_app.config import OcrConfig
from serve_app.errors import InvalidParameter


def check_language(config: OcrConfig, language: str | None) -> None:
    """Refuse a language that the config has no recognition model for, before any model is asked.

    Raises:
        InvalidParameter: there is none; the message names those that there are.
    """
    if language is None or language in config.languages:
        return
    configured = ", ".join(sorted(config.languages))
    remedy = f"Send one of: {configured}; or none" if configured else "Leave it out: no model is configured for any"
    raise InvalidParameter(f"language: there is no recognition model for {language[:40]!r}. {remedy}")
