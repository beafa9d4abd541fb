import pytest

from serve_app.config import OcrConfig
from serve_app.hosting.cpu_precision import choose_precision

XEON = "processor\t: 0\nmodel name\t: Xeon\nflags\t\t: fpu avx512f avx512_vnni {}\nbugs\t\t: none\n"


@pytest.mark.parametrize(
    ("flags", "chosen"),
    [
        ("amx_bf16 amx_tile amx_int8", "bfloat16"),
        ("avx512_bf16", "bfloat16"),
        ("amx_int8", "float32"),
        ("not_amx_bf16 avx512_bf16_too", "float32"),
        ("", "float32"),
    ],
)
def test_auto_takes_bfloat16_where_the_cpu_multiplies_it(flags, chosen, tmp_path):
    (tmp_path / "cpuinfo").write_text(XEON.format(flags) * 2)
    assert choose_precision("auto", tmp_path / "cpuinfo") == chosen


@pytest.mark.parametrize("text", [None, "", "processor\t: 0\nFeatures\t: fp asimd bf16\n"])
def test_where_linux_does_not_tell_it_is_float32(text, tmp_path):
    if text is not None:
        (tmp_path / "cpuinfo").write_text(text)
    assert choose_precision("auto", tmp_path / "cpuinfo") == "float32"


@pytest.mark.parametrize("asked", ["float32", "bfloat16"])
def test_what_is_asked_for_is_taken(asked, tmp_path):
    (tmp_path / "cpuinfo").write_text(XEON.format("amx_bf16"))
    assert choose_precision(asked, tmp_path / "cpuinfo") == asked


def test_it_is_the_default():
    assert OcrConfig().cpu_precision == "auto"
