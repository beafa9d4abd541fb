"""The documentation of the settings is complete, and the page in docs/ is what the command prints."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from serve_app.cli.main import main
from serve_app.config import AppConfig, Section
from tests.service import ROOT


def list_fields(section: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for name, field in section.model_fields.items():
        yield f"{prefix}{name}", field.description
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, Section):
                yield from list_fields(kind, f"{prefix}{name}.")


@pytest.mark.parametrize(("name", "description"), list(list_fields(AppConfig)))
def test_each_setting_is_described_and_listed(name: str, description: str | None) -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    section = f"## `{name}`" in page
    assert section or f"| `{name}` |" in page
    assert section or description


def test_the_page_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs/configuration.md").read_text()
