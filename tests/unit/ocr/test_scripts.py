import string

from serve_app.domain import Script
from serve_app.ocr.scripts import LEAST_LETTERS, find_scripts

CYRILLIC = [chr(code) for code in range(0x410, 0x450)]


def test_the_scripts_are_those_of_the_letters():
    dictionary = ["blank", *string.ascii_letters, *string.digits, "%", *CYRILLIC, " "]
    assert find_scripts(dictionary) == (Script("Cyrillic", 64), Script("Latin", 52))


def test_chinese_characters_are_han_and_signs_count_as_the_letters_they_are_made_of():
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 100)]
    wide = [chr(ord(letter) + 0xFEE0) for letter in string.ascii_lowercase]
    assert find_scripts([*han, *wide, "ⁿ", "℃"]) == (Script("Han", 100), Script("Latin", 27))


def test_single_signs_of_formulas_are_no_script():
    hebrew = [chr(code) for code in range(0x5D0, 0x5D0 + LEAST_LETTERS)]
    assert find_scripts(["ℵ", "ℶ", "ℷ", "ℸ"]) == ()
    assert find_scripts(hebrew) == (Script("Hebrew", LEAST_LETTERS),)
