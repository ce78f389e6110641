"""One firm under several spellings of its name."""

import pytest

from eligibility.domain.facts import Field
from eligibility.intake.firm_names import name_key
from eligibility.intake.table import read_table
from tests.firms import HNTE

SPELLINGS = (
    "乙地云帆（内蒙古）测试有限公司",
    "乙地云帆(内蒙古)测试有限公司",
    "乙地云帆（内蒙古） 测试有限公司",
    "乙地云帆（内蒙古）\n测试有限公司",
    "乙地云帆【内蒙古】测试有限公司",
    "\u200b乙地云帆（内蒙古）测试有限公司",
    "\u3000乙地云帆（内蒙古）测试有限公司",
)


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_one_name_have_one_key(name: str) -> None:
    assert name_key(name) == name_key(SPELLINGS[0])


@pytest.mark.parametrize(
    "other", ["乙地云帆（北京）测试有限公司", "乙地云帆内蒙古测试有限公司", "ABC"]
)
def test_other_names_have_another(other: str) -> None:
    assert name_key(other) != name_key(SPELLINGS[0])


def test_a_name_is_held_without_marks_that_no_reader_sees() -> None:
    rows = '\u200b乙地云帆\ufeff测试有限公司,10\n="丙地云帆有限公司",20\n丁地云帆有限公司,30\n'
    batch = read_table(("firms.csv", f"企业名称,职工总数\n{rows}".encode()), list(HNTE.fields))
    assert batch.table.texts("name").tolist() == [
        "乙地云帆测试有限公司", "丙地云帆有限公司", "丁地云帆有限公司",
    ]  # fmt: skip


def test_a_firm_without_code_is_taken_once_in_whatever_spelling() -> None:
    fields: list[Field] = list(HNTE.fields)
    rows = "\n".join('"' + name + '",10' for name in SPELLINGS)
    batch = read_table(("firms.csv", f"企业名称,职工总数\n{rows}".encode()), fields)
    assert len(batch.table) == 1
    assert batch.rejects.num_rows == len(SPELLINGS) - 1
    assert all("has it already" in reason for reason in batch.rejects["reason"].to_pylist())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("乙地云帆\n测试有限公司", "乙地云帆测试有限公司"),
        ("乙地云帆\r\n 测试有限公司\n", "乙地云帆测试有限公司"),
        ("Blue Lake\u2028Sensing Ltd.", "Blue Lake Sensing Ltd."),
    ],
)
def test_a_name_that_its_cell_was_too_narrow_for_is_one_line(text: str, name: str) -> None:
    cell = f'"{text}"'
    file = ("firms.csv", f"企业名称,职工总数\n{cell},20\n乙地二公司,9".encode())
    batch = read_table(file, HNTE.fields)
    assert batch.table.columns["name"][0] == name
