"""Pages of reference, made from the code: fields, rules, commands, Python and the web API."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import typer
import yaml
from sqlalchemy import create_engine

import eligibility
from eligibility.cli import app as command_line
from eligibility.domain.facts import RATINGS, Field
from eligibility.domain.law import Citation, Edition, Interpretation, Item
from eligibility.domain.text import Wording
from eligibility.i18n import Language, language_named
from eligibility.reports.number_format import interval, number
from eligibility.reports.rule_text import amount_text, band_texts, scale_text
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids
from eligibility.web_api.server import create_app

HERE = Path(__file__).parent
FIRST_YEAR = "第一年"
#: what stands in the pages beside what the code says; Chinese, English
WORDS = {
    "fields": ("字段", "Fields"),
    "fields_intro": (
        "由程序生成，与 `python -m eligibility fields --scheme {id}` 相同。y1、y2、y3 为第一年、第二年、第三年，第三年是申报前一个"
        "会计年度。空白表示缺少数据，不当作零。",
        "Made from the code, as `python -m eligibility fields --scheme {id}` says it. y1, y2, y3 are the first, second "
        "and third year of the official forms; y3 is the year before the application. A blank is missing, never zero.",
    ),
    "field": ("字段", "Field"),
    "title": ("名称", "Title"),
    "kind": ("类型和单位", "Kind and unit"),
    "source": ("数据来源", "Source in the firm's books"),
    "aliases": ("认得的表头：", "Headers known: "),
    "required": ("必填", "required"),
    "form_only": ("只用于申请书，不影响结论", "for the application form alone"),
    "asked_by": ("适用版本：", "Asked by: "),
    "part_of": ("不超过", "at most"),
    "text": ("文字", "text"),
    "code": ("代码", "code"),
    "date": ("日期", "date"),
    "money": ("金额（元）", "amount (CNY)"),
    "number": ("数", "number"),
    "count": ("个数", "count"),
    "yes_no": ("是／否", "yes or no"),
    "rating": ("等级", "rating"),
    "catalogue": ("目录代码", "code of the catalogue"),
    "rules": ("规则", "Rules"),
    "rules_intro": (
        "由 `eligibility/schemes/{id}/editions/` 生成：每个数值在那里只写一次，连同出处。未经两份以上文本印证的，出处后注明。",
        "Made from `eligibility/schemes/{id}/editions/`, where every number stands once with its citation. What fewer "
        "than two independent copies bear out says so after the citation.",
    ),
    "pass_mark": ("满分 {total} 分，高于 {mark} 分为通过。", "Of {total} points; more than {mark} pass."),
    "pass_from": ("满分 {total} 分，{mark} 分及以上为通过。", "Of {total} points; {mark} or more pass."),
    "no_mark": ("满分 {total} 分。", "Of {total} points."),
    "group": ("{title}（最多 {most} 分，{takes}）", "{title} (at most {most} points, {takes})"),
    "sum": ("各项相加", "items added"),
    "best": ("取最高的一项", "the best item"),
    "id": ("代号", "Id"),
    "checked": ("核对日期", "Checked on"),
    "signs": ("评审关注（惯例，不是规定）", "What reviewers look at (practice, no rule)"),
    "sign": ("情形", "Sign"),
    "entry": ("填报时确定。", "Decided when the facts are entered."),
    "affects": ("影响：", "Affects: "),
    "commands": ("命令", "Commands"),
    "commands_intro": (
        "由命令行程序生成；选项说明为程序原文（英文）。退出码：0 完成；2 输入或参数无法使用；3 完成，但有退回的行。",
        "Made from the command line itself. Exit status: 0 done; 2 unusable input or arguments; 3 done, but rows were "
        "rejected.",
    ),
    "option": ("参数", "Argument or option"),
    "meaning": ("说明", "What it is"),
    "default": ("默认：", "default: "),
    "python": ("Python", "Python"),
    "python_intro": (
        "`import eligibility` 所提供的全部名称，由源代码的文档字符串（英文）生成。各函数与同名命令结果相同。",
        "Everything that `import eligibility` offers, made from the docstrings. A function answers as the command of "
        "its name does.",
    ),
    "http": ("HTTP 接口", "HTTP API"),
    "http_intro": (
        "由程序的 OpenAPI 描述（英文）生成；运行中的服务在 `/api/v1/openapi.json` 提供同一份描述。怎样启动、怎样调用，见操作指南"
        "“城市平台与开发者”。",
        "Made from the program's OpenAPI description, which a running server gives at `/api/v1/openapi.json`. How to "
        "start and call it stands in the how-to for city platforms.",
    ),
    "takes": ("请求", "Request"),
    "gives": ("应答：{media}", "Answer: {media}"),
    "type": ("类型", "Type"),
    "status": ("状态码", "Status"),
    "refusals": ("错误（application/problem+json）", "Refusals (application/problem+json)"),
    "no_input": ("不需要参数。", "Takes nothing."),
}  # fmt: skip


class Words:
    """The words of the pages in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key][0 if self.language.id == "zh" else 1].format(**values)

    def of(self, wording: Wording) -> str:
        """The side of a bilingual text."""
        return self.language.of(wording)

    def text(self, msgid: str) -> str:
        """A sentence of the program itself."""
        return self.language.text(msgid)

    def cite(self, citation: Citation) -> str:
        """Document and article, and how well they are known."""
        doubts = {
            "B": "one source", "C": "one source, not borne out", "M": "not checked against the text",
        }  # fmt: skip
        doubt = doubts.get(citation.confidence)
        mark = f" <span class='doubt'>{self.text(doubt)}</span>" if doubt else ""
        return f"{citation.document} {citation.article}{mark}"


def reference_pages(language_id: str) -> dict[str, str]:
    """Every page of reference in a language: its file in the site, and its Markdown."""
    words = Words(language_named(language_id))
    pages = {
        "reference/commands.md": commands_page(words),
        "reference/python.md": python_page(words),
        "reference/http.md": http_page(words),
    }
    for scheme in map(load_scheme, scheme_ids()):
        pages[f"reference/fields/{scheme.id}.md"] = fields_page(scheme, words)
        pages[f"reference/rules/{scheme.id}.md"] = rules_page(scheme, words)
    return pages


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; line breaks and bars within cells are kept."""
    lines = [heads, ["---"] * len(heads), *rows]
    cells = ((cell.replace("|", "\\|").replace("\n", " ") for cell in line) for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells) + "\n"


# --- fields ---


def fields_page(scheme: Scheme, words: Words) -> str:
    """The data dictionary of a scheme, section by section of its form."""
    title = (
        f"{words('fields')}{' · ' if words.language.id == 'zh' else ': '}{words.of(scheme.title)}"
    )
    parts = [f"# {title} {{#fields-{scheme.id}}}\n", words("fields_intro", id=scheme.id) + "\n"]
    for section, heading in scheme.sections.items():
        own = [field for field in scheme.fields if field.section == section]
        if own:
            parts.append(f"## {words.of(heading)} {{#fields-{scheme.id}-{section}}}\n")
            heads = [words(each) for each in ("field", "title", "kind", "source")]
            parts.append(table(heads, field_rows(scheme, own, words)))
    return "\n".join(parts)


def field_rows(scheme: Scheme, fields: Iterable[Field], words: Words) -> Iterator[list[str]]:
    """A row a field; the years of one figure stand in one row."""
    for _, group in groupby(fields, key=lambda field: (field.stem, bool(field.year))):
        years = list(group)
        field = years[0]
        yield [
            "<br>".join(f"`{each.id}`" for each in years),
            " ".join(_about(scheme, field, words)),
            _kind(field, words),
            words.of(field.source),
        ]


def _about(scheme: Scheme, field: Field, words: Words) -> Iterator[str]:
    title = field.stem_title if field.year else field.title
    yield f"**{words.of(title)}**"
    if field.required:
        yield f"({words('required')})"
    if text := words.of(field.help):
        yield f"<br>{text}"
    if field.form_only:
        yield f"<br>*{words('form_only')}*"
    asking = [
        law for law in scheme.editions if field.id in {each.id for each in scheme.fields_of(law)}
    ]
    if len(asking) < len(scheme.editions):
        yield f"<br>*{words('asked_by')}{', '.join(words.of(law.title) for law in asking)}*"
    if field.aliases:
        # of a figure by year the headers of its first year stand for all three
        aliases = [alias.removeprefix(FIRST_YEAR) for alias in field.aliases]
        yield f"<br>{words('aliases')}{'、'.join(dict.fromkeys(aliases))}"


def _kind(field: Field, words: Words) -> str:
    kind = words(field.kind) + (f" {RATINGS[0]}–{RATINGS[-1]}" if field.kind == "rating" else "")
    low, high = field.minimum, field.maximum
    bounds = [
        f"{sign} {number(bound)}" for sign, bound in (("≥", low), ("≤", high)) if bound is not None
    ]
    if field.part_of:
        bounds.append(f"{words('part_of')} `{field.part_of}`")
    return "<br>".join([kind, *(bounds if field.kind not in ("yes_no", "rating") else [])])


# --- rules ---


def rules_page(scheme: Scheme, words: Words) -> str:
    """Every edition of a scheme, the newest first: conditions, numbers, score, readings, signs."""
    title = (
        f"{words('rules')}{' · ' if words.language.id == 'zh' else ': '}{words.of(scheme.title)}"
    )
    parts = [f"# {title} {{#rules-{scheme.id}}}\n", words("rules_intro", id=scheme.id) + "\n"]
    for law in reversed(scheme.editions):
        parts += edition_parts(f"rules-{scheme.id}-{law.id}", law, words)
    return "\n".join(parts)


def edition_parts(anchor: str, law: Edition, words: Words) -> Iterator[str]:
    """One edition in Markdown."""
    yield f"## {words.of(law.title)} {{#{anchor}}}\n"
    period = words.text("In force from {start} to {end}; last checked on {day}.").format(
        start=law.in_force_from, end=law.in_force_to or words.text("today"), day=law.checked_on
    )
    yield f"{period} {words.cite(law.period_citation)}\n"
    yield f"### {words.text('Conditions')} {{#{anchor}-conditions}}\n"
    heads = [words.text("Condition"), words.text("Rule, and the evidence asked for"), words.text("Citation")]  # fmt: skip
    yield table(
        heads,
        (
            [
                f"**{words.of(each.title)}**<br>`{each.id}`",
                f"{words.of(each.rule)}<br>*{words.of(each.evidence)}*",
                words.cite(each.citation),
            ]
            for each in law.conditions
        ),
    )
    yield f"### {words.text('Numbers')} {{#{anchor}-numbers}}\n"
    heads = [words.text("What it is of"), words.text("Number"), words.text("Citation"), words("checked")]  # fmt: skip
    yield table(heads, number_rows(law, words))
    yield f"### {words.text('Score')} {{#{anchor}-score}}\n"
    yield from score_parts(law, words)
    yield from reading_parts(anchor, law, words)
    if law.clauses:
        yield f"### {words.text('Procedure, and duties afterwards')} {{#{anchor}-clauses}}\n"
        yield table(
            [words.text("What it is of"), words.text("Citation")],
            ([words.of(each.gist), words.cite(each)] for each in law.clauses.values()),
        )
    if law.signs:
        yield f"### {words('signs')} {{#{anchor}-signs}}\n"
        yield table(
            [words("sign"), words.text("Citation")],
            ([words.of(each.says), words.cite(each.citation)] for each in law.signs),
        )


def number_rows(law: Edition, words: Words) -> Iterator[list[str]]:
    """Every number of an edition with its citation."""
    for name, each in law.parameters.items():
        amount = amount_text(each.value, each.unit, words.language)
        yield _number_row(name, each.citation, [amount], each.checked_on, words)
    for name, scale in law.scales.items():
        steps = scale_text(scale, words.language)
        yield _number_row(name, scale.citation, steps, scale.checked_on, words)


def _number_row(
    name: str, citation: Citation, amounts: Sequence[str], checked_on: date, words: Words
) -> list[str]:
    about = f"{words.of(citation.gist)}<br>`{name}`"
    return [about, "<br>".join(amounts), words.cite(citation), str(checked_on)]


def score_parts(law: Edition, words: Words) -> Iterator[str]:
    """The groups of the score with their items and bands."""
    rule = law.score
    passing = words("no_mark", total=number(rule.total))
    for condition in law.conditions:
        if condition.judges == "score":
            key = "pass_mark" if condition.line == "above" else "pass_from"
            passing = words(key, total=number(rule.total), mark=number(rule.pass_mark))
    yield f"{passing} {words.cite(rule.citation)}\n"
    heads = [words.text("Item"), words.text("Points"), words.text("Bands"), words.text("Citation")]
    for group in rule.groups:
        about = words(
            "group", title=words.of(group.title), most=number(group.max), takes=words(group.takes)
        )
        yield f"**{about}**\n"
        yield table(heads, (_item_row(item, words) for item in group.items))


def _item_row(item: Item, words: Words) -> list[str]:
    bands = [*band_texts(item, words.language), *(words.of(each.title) for each in item.elements)]
    return [
        f"{words.of(item.title)}<br>`{item.id}`",
        interval(0, item.max),
        "<br>".join(bands),
        words.cite(item.citation),
    ]


def reading_parts(anchor: str, law: Edition, words: Words) -> Iterator[str]:
    """Clauses that can be read in more ways than one: the reading taken, and the others."""
    if not law.interpretations:
        return
    heading = "Where the text is silent or can be read two ways"
    yield f"### {words.text(heading)} {{#{anchor}-readings}}\n"
    heads = [
        words.text("Question"),
        words.text("Reading taken, and others"),
        words.text("Citation"),
    ]
    yield table(
        heads,
        (_reading_row(law, name, each, words) for name, each in law.interpretations.items()),
    )


def _reading_row(law: Edition, name: str, each: Interpretation, words: Words) -> list[str]:
    option = law.reading(name)
    others = [words.of(other.says) for key, other in each.readings.items() if key != option]
    question = [f"**{words.of(each.question)}**", f"`{name}`"]
    if each.decides == "entry":
        question.append(words("entry"))
    readings = [words.of(each.readings[option].says)]
    readings += [f"*{words.text('or: ')}{other}*" for other in others]
    return ["<br>".join(question), "<br>".join(readings), words.cite(each.citation)]


# --- commands ---


def command_titles() -> dict[str, str]:
    """What each command does, in Chinese."""
    titles: dict[str, str] = yaml.safe_load((HERE / "commands.zh.yaml").read_text(encoding="utf-8"))
    return titles


def commands_page(words: Words) -> str:
    """Every command with its arguments and options."""
    commands: Any = typer.main.get_command(command_line)
    titles = command_titles() if words.language.id == "zh" else {}
    parts = [f"# {words('commands')} {{#commands}}\n", words("commands_intro") + "\n"]
    for name, command in commands.commands.items():
        first, _, rest = inspect.cleandoc(command.help or "").partition("\n\n")
        parts.append(f"## {name} {{#command-{name}}}\n")
        parts += [
            f"{text}\n" for text in (titles.get(name, ""), _prose(first), _prose(rest)) if text
        ]
        rows = [_parameter_row(each, words) for each in command.params if not each.hidden]
        if rows:
            parts.append(table([words("option"), words("meaning")], rows))
    return "\n".join(parts)


def _parameter_row(parameter: Any, words: Words) -> list[str]:
    names = parameter.opts if parameter.param_type_name == "option" else [parameter.name.upper()]
    value = "" if parameter.param_type_name == "argument" else parameter.metavar or ""
    cell = " ".join(f"`{name}`" for name in names) + (f" {_escape(value)}" if value else "")
    text = _prose(parameter.help or "")
    if parameter.required:
        text += f" *({words('required')})*"
    elif parameter.default not in (None, False, ()):
        default = getattr(parameter.default, "value", parameter.default)
        text += f" *({words('default')}{_escape(str(default))})*"
    return [cell, text.strip()]


def _prose(text: str) -> str:
    """Help or description as Markdown: double backticks are one, and angles are letters."""
    return _escape(re.sub(r"``(.+?)``", r"`\1`", " ".join(text.split())))


def _escape(text: str) -> str:
    # within code Markdown escapes by itself
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([<*_\[])", r"\\\1", piece) for piece in pieces
    )


# --- Python ---


def python_page(words: Words) -> str:
    """Every public name; mkdocstrings puts its docstring in."""
    parts = [f"# {words('python')} {{#reference-python}}\n", words("python_intro") + "\n"]
    for name in sorted(eligibility.__all__, key=str.lower):
        if not name.startswith("_"):
            parts.append(f"::: eligibility.{name}\n")
    return "\n".join(parts)


# --- the web API ---


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI description of the web API, which asks nothing of its store."""
    return create_app(create_engine("sqlite://")).openapi()


def http_page(words: Words) -> str:
    """Every call of the web API: what it takes and what it answers."""
    description = openapi()
    parts = [f"# {words('http')} {{#reference-http}}\n", words("http_intro") + "\n"]
    refusals: dict[str, list[str]] = {}
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            anchor = re.sub(r"\W+", "-", f"http-{method}{path}").strip("-")
            parts.append(f"## {method.upper()} {path} {{#{anchor}}}\n")
            parts.append(f"{_prose(call.get('summary', ''))}\n")
            rows = list(_request_rows(call, description, words))
            heads = [words("takes"), words("meaning"), words("type")]
            parts.append(table(heads, rows) if rows else words("no_input") + "\n")
            for status, answer in call["responses"].items():
                if status.startswith("2"):
                    parts.append(words("gives", media=_media(answer)) + "\n")
                else:
                    refusals[status] = [status, _prose(answer.get("description", ""))]
    parts.append(f"## {words('refusals')} {{#http-refusals}}\n")
    rows = [refusals[status] for status in sorted(refusals)]
    parts.append(table([words("status"), words("meaning")], rows))
    return "\n".join(parts)


def _media(answer: dict[str, Any]) -> str:
    return ", ".join(f"`{kind}`" for kind in answer.get("content", {}))


def _request_rows(call: dict[str, Any], whole: dict[str, Any], words: Words) -> Iterator[list[str]]:
    for each in call.get("parameters", []):
        yield _value_row(each["name"], each["schema"], each.get("required", False), words)
    for content in call.get("requestBody", {}).get("content", {}).values():
        schema = _resolve(content["schema"], whole)
        for name, value in schema.get("properties", {}).items():
            yield _value_row(name, value, name in schema.get("required", []), words)


def _resolve(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    if name := schema.get("$ref", "").rpartition("/")[2]:
        found: dict[str, Any] = whole["components"]["schemas"][name]
        return found
    return schema


def _value_row(name: str, schema: dict[str, Any], required: bool, words: Words) -> list[str]:
    about = _prose(schema.get("description", "") or schema.get("items", {}).get("description", ""))
    default = schema.get("default")
    if default not in (None, "", False):
        about += f" *({words('default')}{_escape(str(default))})*"
    need = f" *({words('required')})*" if required else ""
    return [f"`{name}`{need}", about.strip(), _escape(_type(schema))]


def _type(schema: dict[str, Any]) -> str:
    if choices := schema.get("enum"):
        return ", ".join(map(str, choices))
    if "const" in schema:
        return str(schema["const"])
    if options := schema.get("anyOf"):
        kinds = [_type(each) for each in options if each.get("type") != "null"]
        return " / ".join(dict.fromkeys(kind for kind in kinds if kind))
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type", ""))
