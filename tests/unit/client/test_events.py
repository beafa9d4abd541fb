import json

from hypothesis import given
from hypothesis import strategies as st

from serve_app.client.events import EventParser, JobEvent

VALUES = st.dictionaries(st.text(), st.text() | st.integers() | st.none(), max_size=4)
EVENTS = st.builds(JobEvent, st.integers(0, 2**40), st.sampled_from(["job", "page", "planned", "retry"]), VALUES)


def feed(lines):
    parser = EventParser()
    return [event for line in lines for event in parser.feed(line)]


@given(st.lists(EVENTS))
def test_what_is_written_is_read(events):
    lines = []
    for event in events:
        lines += [": a comment", f"id: {event.id}", f"event: {event.kind}", f"data: {json.dumps(event.data)}", ""]
    assert feed(lines) == events


def test_data_of_several_lines_is_one():
    assert feed(["data: {", 'data:"a": 1}', ""]) == [JobEvent(0, "message", {"a": 1})]


def test_nothing_comes_of_what_is_cut_off_or_has_no_data():
    assert feed(["id: 3", "event: page", "", "data: {}"]) == []
