"""The published schemas hold for what the engine takes and gives."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from eligibility.api import read_firms
from eligibility.reports.input_schema import firm_schema, table_schema
from eligibility.schemes.registry import load_scheme, scheme_ids
from tests.commands import run

ROOT = Path(__file__).parents[2]
MAY = date(2026, 5, 10)
FIRM = {"uscc": "91150105MA0Q3X7T1U", "registered_on": "2018-03-01", "sales_revenue_y3": 1.5e7}


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_every_field_stands_in_both_schemas(scheme_id: str) -> None:
    scheme = load_scheme(scheme_id)
    ids = [field.id for field in scheme.fields_on(MAY)]
    assert [column["name"] for column in table_schema(scheme, MAY)["fields"]] == ids
    assert list(firm_schema(scheme, MAY)["properties"]) == ids
    Draft202012Validator.check_schema(firm_schema(scheme, MAY))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"sales_revenue_y3": None}, None),
        ({"sales_revenue_y3": "viel"}, "sales_revenue_y3"),
        ({"sales_revenue_y3": -1}, "sales_revenue_y3"),
        ({"ip_class1_count": 1.5}, "ip_class1_count"),
        ({"major_violation": "maybe"}, "major_violation"),
        ({"registered_on": "1.3.2018"}, "registered_on"),
        ({"uscc": "123"}, "uscc"),
    ],
)
def test_what_the_schema_of_a_firm_refuses_the_engine_refuses_too(
    change: dict[str, object], wrong: str | None
) -> None:
    schema = Draft202012Validator(firm_schema(load_scheme(), MAY), format_checker=FormatChecker())
    errors = list(schema.iter_errors({**FIRM, **change}))
    assert [error.path[0] for error in errors] == ([wrong] if wrong else [])
    issues = read_firms({**FIRM, **change}, as_of=MAY).issues
    assert [issue.column for issue in issues] == ([wrong] if wrong else [])


def test_the_sample_file_fits_its_table_schema() -> None:
    columns = {each["name"]: each for each in table_schema(load_scheme(), MAY)["fields"]}
    with (ROOT / "sample_data" / "candidates.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            assert set(row) <= set(columns)
            for name, text in row.items():
                bounds = columns[name].get("constraints", {})
                if text and columns[name]["type"] in ("number", "integer"):
                    assert bounds.get("minimum", float(text)) <= float(text)
                if text and columns[name]["type"] == "boolean":
                    assert text in columns[name]["trueValues"] + columns[name]["falseValues"]
                if text and "enum" in bounds:
                    assert text in bounds["enum"]


@pytest.mark.parametrize("form", ["table-schema", "json-schema"])
@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_the_published_schemas_are_what_the_command_prints(scheme_id: str, form: str) -> None:
    published = ROOT / "docs" / "schemas" / f"{scheme_id}.{form}.json"
    make = table_schema if form == "table-schema" else firm_schema
    assert json.loads(published.read_text(encoding="utf-8")) == make(load_scheme(scheme_id), MAY)


def test_the_command_prints_a_schema() -> None:
    done = run("fields", "--format", "table-schema")
    assert json.loads(done.stdout)["fields"][0]["name"] == load_scheme().fields[0].id
