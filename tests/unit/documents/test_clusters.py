from hypothesis import given
from hypothesis import strategies as st

from serve_app.documents.clusters import GAP, find_drawings
from serve_app.documents.objects import Drawn, Kind
from serve_app.documents.page import DrawingRole
from serve_app.domain import Box, Size

PAGE = Size(600, 800)


def find(*drawn: Drawn, texts: tuple[Box, ...] = ()) -> list[tuple[DrawingRole, Box]]:
    return [(drawing.role, drawing.box) for drawing in find_drawings(drawn, texts, PAGE, 1.0)]


def test_joins_what_is_near_and_parts_what_is_far() -> None:
    bars = [Drawn(Kind.BOX, Box(100 + 40 * index, 100, 132 + 40 * index, 300)) for index in range(4)]
    photo = Drawn(Kind.IMAGE, Box(100, 400, 300, 600))
    assert find(*bars, photo) == [
        (DrawingRole.FIGURE, Box(100, 100, 252, 300)),
        (DrawingRole.FIGURE, Box(100, 400, 300, 600)),
    ]


def test_leaves_out_backgrounds() -> None:
    assert find(Drawn(Kind.BOX, Box(0, 0, 600, 800)), Drawn(Kind.IMAGE, Box(-5, 0, 600, 790))) == []


def test_says_what_a_cluster_can_be() -> None:
    frame = Drawn(Kind.BOX, Box(100, 100, 300, 200)), Drawn(Kind.LINE, Box(100, 150, 300, 151))
    curve = Drawn(Kind.CURVE, Box(120, 120, 280, 180))
    texts = (Box(110, 110, 290, 130), Box(110, 160, 290, 180))
    assert [role for role, _ in find(*frame, texts=texts)] == [DrawingRole.FRAME]
    assert [role for role, _ in find(*frame)] == [DrawingRole.FIGURE]
    assert [role for role, _ in find(*frame, curve, texts=texts)] == [DrawingRole.FIGURE]
    assert [role for role, _ in find(frame[0])] == [DrawingRole.BOX]
    assert [role for role, _ in find(Drawn(Kind.IMAGE, Box(10, 10, 40, 40)))] == [DrawingRole.SPECK]


NUMBERS = st.integers(0, 500)


@given(
    st.lists(
        st.builds(
            lambda kind, x, y, w, h: Drawn(kind, Box(x, y, x + w, y + h)),
            st.sampled_from(Kind),
            NUMBERS,
            NUMBERS,
            st.integers(0, 60),
            st.integers(0, 60),
        ),
        max_size=40,
    )
)
def test_every_thing_is_in_one_cluster_and_clusters_are_apart(drawn: list[Drawn]) -> None:
    drawings = find_drawings(drawn, (), PAGE, 1.0)
    total = sum(d.images + d.shadings + d.curves + d.lines + d.boxes for d in drawings)
    assert total == len(drawn)
    for thing in drawn:
        assert any(
            d.box.left <= thing.box.left
            and d.box.top <= thing.box.top
            and d.box.right >= thing.box.right
            and d.box.bottom >= thing.box.bottom
            for d in drawings
        )
    for index, one in enumerate(drawings):
        for other in drawings[index + 1 :]:
            across = max(one.box.left - other.box.right, other.box.left - one.box.right)
            down = max(one.box.top - other.box.bottom, other.box.top - one.box.bottom)
            assert max(across, down) > GAP
