import pytest

from serve_app.chartgraph.calibration import Curve, Ground, calibrate, fit_curve, load_curves, write_curves
from serve_app.domain import Cell, ChartTable, Number

TABLE = ChartTable(
    (Cell(""), Cell("a")), ((Cell("x", 0.9), Cell("1", 0.8, Number(1.0))), (Cell("y", 0.9), Cell("", 0.0)))
)


def test_values_get_the_confidence_of_their_ground_and_labels_keep_theirs():
    curves = {Ground.PRINTED: Curve((0.0, 1.0), (0.0, 0.5))}
    read = calibrate(TABLE, {(0, 0): Ground.PRINTED, (1, 0): Ground.PRINTED}, curves)
    assert read.rows[0][1].confidence == pytest.approx(0.4)
    assert (read.rows[0][0].confidence, read.rows[1][1].confidence) == (0.9, 0.0)
    assert calibrate(TABLE, {(0, 0): Ground.SLICE}, curves) == TABLE


def test_a_curve_rises_with_the_share_that_is_right():
    confidences = [0.2] * 50 + [0.9] * 50
    curve = fit_curve(confidences, [i % 5 == 0 for i in range(50)] + [i % 10 != 0 for i in range(50)])
    assert curve.read(0.2) == pytest.approx(0.2, abs=0.05)
    assert curve.read(0.9) == pytest.approx(0.9, abs=0.05)
    assert list(curve.right) == sorted(curve.right)


def test_few_cells_give_no_certainty():
    assert fit_curve([0.9, 0.95], [True, True]).read(1.0) == pytest.approx(0.75)


def test_curves_are_kept_with_the_weights(tmp_path):
    curves = {Ground.MEASURED: Curve((0.0, 1.0), (0.1, 0.9))}
    assert load_curves(tmp_path) == {}
    write_curves(curves, tmp_path)
    assert load_curves(tmp_path) == curves
