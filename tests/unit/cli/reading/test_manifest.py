from hypothesis import given
from hypothesis import strategies as st

from serve_app.cli.reading.manifest import NAME, Manifest, make_key


@given(st.binary(), st.binary(), st.text(), st.text())
def test_other_bytes_or_options_have_another_key(data, other, pages, more):
    assert make_key(data, {"pages": pages}) == make_key(data, {"pages": pages})
    assert (make_key(data, {"pages": pages}) == make_key(other, {"pages": more})) == ((data, pages) == (other, more))


def test_what_is_done_is_remembered_while_its_results_are_there(tmp_path):
    (tmp_path / "a.md").write_text("")
    Manifest(tmp_path).add("a", "key", ["a.md"])
    manifest = Manifest(tmp_path)
    assert manifest.has("a", "key")
    assert not manifest.has("a", "other")
    assert not manifest.has("b", "key")
    (tmp_path / "a.md").unlink()
    assert not manifest.has("a", "key")


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    manifest = Manifest(tmp_path)
    manifest.add("a", "1", [])
    with (tmp_path / NAME).open("a") as file:
        file.write('{"name": "b", "ke')
    again = Manifest(tmp_path)
    assert again.has("a", "1")
    again.add("c", "3", [])
    last = Manifest(tmp_path)
    assert (last.has("a", "1"), last.has("b", ""), last.has("c", "3")) == (True, False, True)


def test_other_lines_are_passed_over(tmp_path):
    (tmp_path / NAME).write_text('[]\n"text"\n{}\n\n{"name": "a", "key": "1", "outputs": []}\n')
    assert Manifest(tmp_path).has("a", "1")
