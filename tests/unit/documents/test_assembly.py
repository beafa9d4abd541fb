from serve_app.documents.assembly import assemble_page
from serve_app.documents.blocks import Block, BlockKind
from serve_app.documents.paragraphs import Printed
from serve_app.domain import Box, Region, RegionKind


def line(text, left, top, *, width=200.0, size=10.0, **more):
    return Printed(text, Box(left, top, left + width, top + size), size, **more)


def column(left, count, top=100.0):
    return [line(f"column {left:g} line {i}", left, top + 13 * i) for i in range(count)]


def kinds(blocks):
    return [block.kind for block in blocks]


def test_two_columns_are_read_one_after_the_other():
    lines = [each for pair in zip(column(50, 12), column(300, 12), strict=True) for each in pair]
    text = " ".join(block.text for block in assemble_page(lines, [], []))
    assert text.index("column 50 line 11") < text.index("column 300 line 0")


def test_the_size_of_a_lone_line_makes_a_heading_of_its_level():
    lines = [
        line("The report", 50, 40, size=20),
        line("Revenue", 50, 80, size=13),
        *column(50, 6),
    ]
    blocks = assemble_page(lines, [], [])
    assert [(block.kind, block.level, block.text) for block in blocks[:2]] == [
        (BlockKind.HEADING, 1, "The report"),
        (BlockKind.HEADING, 2, "Revenue"),
    ]
    assert kinds(blocks[2:]) == [BlockKind.PARAGRAPH]


def test_a_title_that_the_model_takes_for_a_running_head_is_a_heading():
    lines = [line("Annual report", 50, 10, size=22), *column(50, 6)]
    blocks = assemble_page(lines, [Region(RegionKind.HEADER, Box(40, 5, 300, 40), 0.9)], [])
    assert kinds(blocks) == [BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_the_models_regions_name_the_blocks():
    lines = [line("Page head", 50, 10), *column(50, 3), line("x = 1", 50, 200), line("Fruit sold", 50, 300)]
    regions = [
        Region(RegionKind.HEADER, Box(40, 5, 300, 25), 0.9),
        Region(RegionKind.FORMULA, Box(40, 195, 300, 215), 0.9),
        Region(RegionKind.FIGURE_CAPTION, Box(40, 295, 300, 315), 0.9),
    ]
    assert kinds(assemble_page(lines, regions, [])) == [
        BlockKind.HEADER,
        BlockKind.PARAGRAPH,
        BlockKind.FORMULA,
        BlockKind.CAPTION,
    ]


def test_a_line_that_begins_like_a_caption_is_one():
    lines = [*column(50, 4), line("Figure 2: Fruit sold", 50, 300)]
    assert kinds(assemble_page(lines, [], [])) == [BlockKind.PARAGRAPH, BlockKind.CAPTION]


def test_paragraphs_that_the_model_takes_for_a_caption_stay_paragraphs():
    figure = Block(BlockKind.FIGURE, Box(40, 100, 300, 200))
    caption, regions = column(50, 4, top=205), [Region(RegionKind.FIGURE_CAPTION, Box(40, 202, 300, 500), 0.9)]
    assert kinds(assemble_page([*caption, *column(50, 5, top=300)], regions, [figure])) == [
        BlockKind.FIGURE,
        BlockKind.CAPTION,
        BlockKind.PARAGRAPH,
    ]


def test_where_captions_are_numbered_a_short_paragraph_is_none():
    caption, regions = (
        line("Figure 1. Fruit", 50, 210),
        [Region(RegionKind.FIGURE_CAPTION, Box(40, 202, 300, 500), 0.9)],
    )
    short = line("It fell.", 50, 300)
    assert kinds(assemble_page([caption, short], regions, [])) == [BlockKind.CAPTION, BlockKind.PARAGRAPH]
    assert kinds(assemble_page([short], regions, [])) == [BlockKind.CAPTION]


def test_a_sentence_about_a_table_is_no_caption():
    lines = [line("Table 3 shows what was sold", 50, 100), *column(50, 3, top=113)]
    assert kinds(assemble_page(lines, [], [])) == [BlockKind.PARAGRAPH]


def test_what_is_printed_in_a_figure_is_its_text_and_no_paragraph():
    figure = Block(BlockKind.FIGURE, Box(40, 150, 300, 400))
    lines = [line("before", 50, 100), line("Apples", 60, 200), line("after", 50, 450)]
    blocks = assemble_page(lines, [], [figure])
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, "before"),
        (BlockKind.FIGURE, "Apples"),
        (BlockKind.PARAGRAPH, "after"),
    ]


def test_every_line_is_in_one_block():
    lines = [*column(50, 9), *column(300, 7), line("Head", 50, 20, size=18)]
    regions = [Region(RegionKind.TEXT, Box(40, 90, 260, 180), 0.9)]
    words = " ".join(block.text for block in assemble_page(lines, regions, [])).split()
    assert sorted(words) == sorted(" ".join(each.text for each in lines).split())


def test_a_page_without_text_has_only_its_objects():
    figure = Block(BlockKind.FIGURE, Box(0, 0, 10, 10))
    assert assemble_page([], [], [figure]) == [figure]
    assert assemble_page([], [], []) == []


def test_a_list_has_its_entries():
    lines = [line("• one", 50, 100), line("• two", 50, 113), line("• three", 50, 126)]
    [block] = assemble_page(lines, [], [])
    assert (block.kind, block.items) == (BlockKind.LIST, ("• one", "• two", "• three"))


def test_a_caption_that_the_model_takes_for_a_reference_is_one():
    regions = [Region(RegionKind.REFERENCE, Box(40, 95, 300, 120), 0.9)]
    assert kinds(assemble_page([line("Table 3. Costs", 50, 100)], regions, [])) == [BlockKind.CAPTION]
    assert kinds(assemble_page([line("3. Mueller et al.", 50, 100)], regions, [])) != [BlockKind.CAPTION]


def test_a_paragraph_close_below_a_caption_is_none_of_it():
    lines = [line("Figure 3. Fruit sold", 50, 100), line("in all regions", 50, 111)]
    lines += [line(f"prose {i}", 50, 128 + 13 * i) for i in range(5)]
    blocks = assemble_page(lines, [Region(RegionKind.FIGURE_CAPTION, Box(45, 95, 260, 200), 0.9)], [])
    assert [block.text.split()[0] for block in blocks] == ["Figure", "prose"]
    assert blocks[0].text == "Figure 3. Fruit sold in all regions"


def test_a_caption_at_the_top_of_a_column_is_no_running_head():
    lines = [line("Table 3. Fruit sold", 50, 40), *column(50, 6)]
    blocks = assemble_page(lines, [Region(RegionKind.HEADER, Box(45, 35, 260, 52), 0.9)], [])
    assert kinds(blocks) == [BlockKind.CAPTION, BlockKind.PARAGRAPH]
