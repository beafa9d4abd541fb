from serve_app.chartgraph.cells import Entry
from serve_app.chartgraph.scales import measure_by_printed


def judge(values, positions, *, columns=None, stacked=False):
    """The scales of bars that run to the right, by what is printed at them."""
    entries = [Entry(i, i, columns[i] if columns else 0, 1.0, float(x)) for i, x in enumerate(positions)]
    printed = {i: (float(value), 1.0) for i, value in enumerate(values)}
    return measure_by_printed(entries, printed, stacked=stacked, across=True)


def test_one_scale_for_all_where_it_fits_most():
    scales, lengths = judge([10, 20, 30, 45, 99], [110, 120, 130, 145, 140])
    assert len({id(scale) for scale in scales}) == 1
    assert [round(length) for length in lengths] == [10, 20, 30, 45, 40]


def test_no_scale_where_it_fits_half():
    scales, lengths = judge([10, 20, 30, 71, 52, 93], [110, 120, 130, 111, 177, 158])
    assert (scales, lengths) == ([None] * 6, [None] * 6)


def test_a_scale_for_each_column_that_has_one():
    values, columns = [10, 20, 30, 15, 25, 35, 3, 50, 8], [0, 0, 0, 1, 1, 1, 2, 2, 2]
    scales, lengths = judge(values, [110, 120, 130, 315, 325, 335, 600, 610, 640], columns=columns)
    assert [round(length) for length in lengths[:6]] == values[:6]
    assert scales[6:] == [None] * 3
