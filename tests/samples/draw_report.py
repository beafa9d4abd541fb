"""Draws report.pdf: `python tests/samples/draw_report.py`. Text, a table, and a chart with an axis, as reports have."""

from pathlib import Path

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

HERE = Path(__file__).parent
TEXT = (
    "Revenue of the northern region rose by 12.5% to $4,310,000 in the third quarter, while costs fell for the second "
    "time in a row. Three of four shops sold more fruit than a year ago; the shop at the harbour was closed in July "
    "for repairs, and has since made up for most of the loss. The board meets on 14 March 2025 at 9:30."
)


def draw_chart() -> Drawing:
    """A bar chart without printed values."""
    drawing = Drawing(430, 220)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 50, 30, 340, 150
    chart.data = [(42, 17, 35, 28)]
    chart.categoryAxis.categoryNames = ["Apples", "Pears", "Plums", "Cherries"]
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 50, 10
    chart.bars[0].fillColor = colors.HexColor("#3b6fb6")
    drawing.add(chart)
    drawing.add(String(215, 200, "Fruit sold in tonnes", textAnchor="middle", fontSize=11))
    return drawing


def main() -> None:
    """Writes the file."""
    styles = getSampleStyleSheet()
    table = Table(
        [["Shop", "Staff", "Revenue"], ["Harbour", "12", "410"], ["Market", "9", "385"], ["Station", "17", "655"]]
    )
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("ALIGN", (1, 0), (-1, -1), "RIGHT")])
    story = [
        Paragraph("Quarterly report", styles["Title"]),
        Paragraph(TEXT, styles["BodyText"]),
        Spacer(0, 12),
        Paragraph("The shops", styles["Heading2"]),
        Paragraph("Revenue in thousands of dollars, staff at the end of the quarter.", styles["BodyText"]),
        Spacer(0, 6),
        table,
        Spacer(0, 12),
        Paragraph("Sales", styles["Heading2"]),
        draw_chart(),
    ]
    SimpleDocTemplate(str(HERE / "report.pdf"), title="Quarterly report", invariant=True).build(story)


if __name__ == "__main__":
    main()
