"""How far two texts are apart."""


def count_edits(a: str, b: str) -> int:
    """Levenshtein distance: the least number of inserted, deleted and replaced characters.

    Bit-parallel, one word operation a character (Myers 1999, in the form of Hyyrö 2003): microseconds for labels.
    """
    if len(a) > len(b):
        a, b = b, a
    if not a:
        return len(b)
    positions: dict[str, int] = {}
    for index, character in enumerate(a):
        positions[character] = positions.get(character, 0) | 1 << index
    last, mask = 1 << len(a) - 1, (1 << len(a)) - 1
    rises, falls, distance = mask, 0, len(a)  # steps of the current column of the distance table, as bits
    for character in b:
        match = positions.get(character, 0)
        diagonal = (((match & rises) + rises) ^ rises) | match | falls
        right_rises = falls | ~(diagonal | rises) & mask
        right_falls = rises & diagonal
        distance += bool(right_rises & last) - bool(right_falls & last)
        right_rises = right_rises << 1 | 1
        rises = (right_falls << 1 | ~(diagonal | right_rises)) & mask
        falls = right_rises & diagonal & mask
    return distance


def similarity(a: str, b: str, least: float = 0.0) -> float:
    """1 minus the edit distance divided by the longer length; two empty texts are equal.

    Returns 0 at once where the lengths alone put it below `least`.
    """
    if a == b:
        return 1.0
    longer = max(len(a), len(b))
    if min(len(a), len(b)) < least * longer:
        return 0.0
    return 1 - count_edits(a, b) / longer
