"""Functions are verbs and values nouns: no bare participle names a function, class, parameter or attribute."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [*sorted((ROOT / "eligibility").rglob("*.py")), ROOT / "streamlit_app.py"]

IRREGULAR = frozenset(
    """
    asked begun borne bought broken brought built caught chosen done drawn driven fallen felt forgotten found given
    gone got grown held hidden kept known left lost made meant opened paid risen said seen sent shown sold spent
    spoken taken taught thought told understood worn written
    """.split()
)
NO_VERBS = frozenset("bed deed feed hundred need red seed speed".split())

#: words that others read: of the law's files, and of the records, files and rows that are exchanged
EXCEPTIONS = {
    "Finding.observed": "the figure of a finding in `assess --format json`",
    "Finding.required": "the line of a finding in `assess --format json`",
    "finding.observed": "goes into Finding.observed",
    "finding.required": "goes into Finding.required",
    "Gap.observed": "the figure of a gap in `assess --format json`",
    "Gap.required": "the line of a gap in `assess --format json`",
    "ScoredItem.observed": "the figure of a score item in `assess --format json`",
    "Field.required": "of a field in the scheme's form.yaml and in `fields --format json`",
    "FormTable.numbered": "of a table in the scheme's form.yaml",
    "ModelRecord.certified": "of the model in `assess --format json`",
    "ModelRecord.invented": "of the model in `assess --format json`",
    "Target.certified": "of a year in city.yaml",
    "AssumedChances.undetermined": "a verdict, with its chance in city.yaml",
    "LossYears.certified": "of the tax in incentives.yaml",
    "Award.dated": "of an award in incentives.yaml",
    "Action.provided": "the proviso of an action in actions.yaml",
    "Exclusion.touched": "of a match in `find-field --format json`",
    "Manifest.certified": "in the manifest.json of a model",
    "Manifest.invented": "in the manifest.json of a model",
    "Manifest.chosen": "in the manifest.json of a model",
    "OtherReading.taken": "of a reading in `assess --format json`",
    "FindingRecord.observed": "the figure of a finding in `assess --format json`",
    "FindingRecord.required": "the line of a finding in `assess --format json`",
    "ItemRecord.observed": "the figure of a score item in `assess --format json`",
    "Counts.scored": "rows of a file in counts.json of the web API",
    "Counts.rejected": "rows of a file in counts.json of the web API",
    "ImportResult.added": "stored with an import",
    "ImportResult.changed": "stored with an import",
    "ImportResult.assessed": "stored with an import",
    "ImportResult.unchanged": "stored with an import",
}

#: keys of the records that docs/schemas publishes, beyond those above
PUBLISHED = """
    TrackRecord.begun FindingGap.required ProjectionAssumptions.planned ProjectionAssumptions.granted
    ProjectionRecord.assumed MoveRecord.assumed MoveRecord.provided PlanReadiness.asked PlanReadiness.refused
    AnswerRecord.refused TaxYear.certified TaxYear.saved AwardRecord.dated WorthRecord.saved WorthRecord.awarded
    PlanRecord.applied ForecastRecord.expected TargetRecord.certified FunnelPart.expected ShareRecord.undetermined
    ShareRecord.expected SupportRecord.assumed SharedGapRecord.undetermined CourseRecord.concerned
    CourseRecord.expected TrainingRecord.assumed YearRecord.calibrated
    ReconciliationRecord.explained ObservedRecord.observed ObservedRecord.required CheckedYearRecord.undetermined
    StockRecord.certified StockRecord.cancelled VisitsRecord.planned PublishedListRecord.recorded
    """.split()
EXCEPTIONS |= dict.fromkeys(PUBLISHED, "a key of a record in docs/schemas")

#: what modules were called before
OLD_MODULES = frozenset(
    """
    eligibility.language eligibility.exact eligibility.vocabulary eligibility.scheme eligibility.app.who
    eligibility.app.doors eligibility.app.latest eligibility.app.turns eligibility.app.firms eligibility.app.opened
    eligibility.app.planned eligibility.app.state eligibility.app.components eligibility.app.staff
    eligibility.app.clients eligibility.app.taken eligibility.app.registered eligibility.app.register.register
    eligibility.app.closing eligibility.batch.work eligibility.planning.city eligibility.planning.standing
    eligibility.planning.target eligibility.planning.counting eligibility.planning.stock eligibility.planning.year
    eligibility.planning.gaps eligibility.planning.ladder eligibility.planning.plan eligibility.planning.readying
    eligibility.planning.whatif eligibility.planning.brief eligibility.planning.settings
    eligibility.intake.reading eligibility.intake.ledgers eligibility.intake.drafts eligibility.intake.staff
    eligibility.readiness.stock eligibility.readiness.past eligibility.readiness.measures
    eligibility.readiness.watching eligibility.readiness.card eligibility.readiness.folder
    eligibility.reports.plain eligibility.reports.planned eligibility.reports.rungs eligibility.reports.city
    eligibility.reports.annual eligibility.reports.wording eligibility.reports.scored eligibility.reports.figures
    eligibility.store.work eligibility.store.year eligibility.store.facts eligibility.store.transfer
    """.split()
)


def is_bare_participle(name: str) -> bool:
    word = name.strip("_")
    if not word or "_" in word or word.isupper() or re.search("[a-z][A-Z]", word):
        return False
    word = word.lower()
    return word in IRREGULAR or (word.endswith("ed") and word not in NO_VERBS)


def defined_names(tree: ast.AST, owner: str = "") -> Iterator[tuple[int, str, str]]:
    """Line, name and owner of every function, class, parameter and attribute."""
    for node in ast.iter_child_nodes(tree):
        inner = owner
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name, owner
            inner = node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            several = (node.args.vararg, node.args.kwarg)
            own = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, *several)
            yield from ((each.lineno, each.arg, inner) for each in own if each is not None)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(tree, ast.ClassDef):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                (each.lineno, each.id, owner) for each in targets if isinstance(each, ast.Name)
            )
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr, owner
        yield from defined_names(node, inner)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def names_in(path: Path) -> list[tuple[int, str, str]]:
    return list(defined_names(tree_of(path)))


def test_no_function_class_parameter_or_attribute_is_named_by_a_bare_participle() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{line}: {owner}.{name}"
        for path in FILES
        for line, name, owner in names_in(path)
        if is_bare_participle(name) and f"{owner}.{name}" not in EXCEPTIONS
    ]
    assert not bare, "\n".join(bare)


def test_every_exception_is_still_a_name() -> None:
    names = {f"{owner}.{name}" for path in FILES for _, name, owner in names_in(path)}
    assert EXCEPTIONS.keys() <= names


@pytest.mark.parametrize(
    "name", ["held", "_said", "Learned", "opened", "_checked", "given", "registered"]
)
def test_a_bare_participle_is_seen_to_be_one(name: str) -> None:
    assert is_bare_participle(name)


@pytest.mark.parametrize(
    "name", ["seed", "rows_read", "NotAllowed", "signed_in", "CERTIFIED", "load"]
)
def test_other_names_are_left_alone(name: str) -> None:
    assert not is_bare_participle(name)


def test_no_module_has_its_old_name_or_is_imported_by_it() -> None:
    old_names = []
    for path in FILES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        dotted = ".".join(parts)
        if any(dotted == old or dotted.startswith(f"{old}.") for old in OLD_MODULES):
            old_names.append(str(path.relative_to(ROOT)))
        for node in ast.walk(tree_of(path)):
            names = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            old_names += [
                f"{path.relative_to(ROOT)}:{node.lineno}: {each}"
                for each in names
                if each in OLD_MODULES
            ]
    assert not old_names, "\n".join(old_names)
