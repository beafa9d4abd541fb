from serve_app.documents.figures import Cluster, Figure, find_figures
from serve_app.domain import Box, Region, RegionKind

PAGE = Box(0, 0, 1200, 1600)
FIGURE = Box(200, 300, 1000, 800)


def region(box, kind=RegionKind.FIGURE, score=0.9):
    return Region(kind, box, score)


def find(regions=(), clusters=(), lines=()):
    return find_figures(regions, clusters, lines, page=PAGE, pixels_per_point=2.0)


def test_a_box_of_the_model_holds_its_cluster():
    cluster = Cluster(Box(220, 320, 1020, 780))
    assert find([region(FIGURE)], [cluster]) == [Figure(Box(200, 300, 1020, 800), 0.9)]


def test_a_label_that_the_box_cuts_is_taken_in_whole_and_prose_is_not():
    tick, beside, prose = Box(180, 290, 230, 310), Box(900, 270, 1000, 295), Box(250, 790, 600, 815)
    lines, regions = [tick, beside, prose], [region(FIGURE), region(prose, RegionKind.TEXT)]
    assert find(regions, [Cluster(Box(220, 320, 1000, 780))], lines) == [Figure(Box(180, 290, 1000, 800), 0.9)]


def test_a_box_in_which_nothing_is_drawn_is_text():
    assert find([region(FIGURE)], [Cluster(Box(200, 1000, 400, 1200))]) == [Figure(Box(200, 1000, 400, 1200), 0.0)]


def test_a_box_over_several_clusters_is_parted():
    left, right = Box(210, 310, 580, 790), Box(620, 310, 990, 790)
    found = find([region(FIGURE)], [Cluster(left), Cluster(right)])
    assert found == [Figure(left, 0.9), Figure(right, 0.9)]


def test_a_box_over_a_figure_and_a_paragraph_is_cut_to_the_figure():
    drawn, tick = Box(250, 550, 950, 790), Box(220, 600, 240, 616)
    prose = [Box(205, y, 990, y + 16) for y in range(310, 410, 25)]
    assert find([region(FIGURE)], [Cluster(drawn)], [*prose, tick]) == [Figure(Box(220, 550, 950, 790), 0.9)]
    for few in (prose[:3], [Box(205, y, 600, y + 16) for y in range(310, 410, 25)]):
        assert find([region(FIGURE)], [Cluster(drawn)], few) == [Figure(FIGURE, 0.9)]


def test_a_box_over_two_figures_and_the_columns_below_them_is_cut_to_the_figures():
    left, right = Box(210, 310, 480, 430), Box(700, 310, 990, 430)
    columns = [Box(x, y, x + 350, y + 16) for x in (205, 630) for y in range(500, 600, 25)]
    found = find([region(FIGURE)], [Cluster(left), Cluster(right)], columns)
    assert found == [Figure(left, 0.9), Figure(right, 0.9)]
    legend = [Box(205, y, 330, y + 16) for y in range(500, 700, 25)]
    assert find([region(FIGURE)], [Cluster(left), Cluster(right)], legend) == [Figure(FIGURE, 0.9)]


def test_long_lines_within_a_drawing_are_no_paragraph():
    labels = [Box(205, y, 990, y + 16) for y in range(310, 790, 60)]
    assert find([region(FIGURE)], [Cluster(Box(210, 310, 990, 790))], labels) == [Figure(FIGURE, 0.9)]


def test_small_clusters_do_not_part_a_box():
    small = [Cluster(Box(210, 310, 400, 460)), Cluster(Box(700, 310, 890, 460))]
    assert find([region(FIGURE)], small) == [Figure(FIGURE, 0.9)]


def test_a_missed_cluster_takes_in_its_tick_labels_but_no_prose():
    ticks = [Box(170, y, 190, y + 16) for y in range(300, 800, 100)]
    caption, paragraph = Box(300, 815, 500, 835), Box(200, 845, 1000, 865)
    found = find([region(caption, RegionKind.FIGURE_CAPTION)], [Cluster(FIGURE)], [*ticks, caption, paragraph])
    assert found == [Figure(Box(170, 300, 1000, 800), 0.0)]


def test_a_label_belongs_to_the_nearer_cluster():
    below = Box(200, 830, 1000, 1200)
    label = Box(500, 812, 560, 826)
    found = find([], [Cluster(FIGURE), Cluster(below)], [label])
    assert [figure.box for figure in found] == [FIGURE, Box(200, 812, 1000, 1200)]


def test_a_curve_in_what_the_model_takes_for_a_table_is_a_figure():
    table = region(Box(150, 250, 1050, 900), RegionKind.TABLE)
    assert find([table], [Cluster(FIGURE, curved=False)]) == []
    assert find([table], [Cluster(FIGURE, curved=True)]) == [Figure(FIGURE, 0.0)]


def test_what_is_full_of_text_is_no_figure():
    lines = [Box(210, y, 990, y + 20) for y in range(310, 800, 40)]
    assert find([region(FIGURE)], [Cluster(FIGURE)], lines) == []


def test_icons_are_no_figures():
    assert find([], [Cluster(Box(100, 100, 180, 180))]) == []
