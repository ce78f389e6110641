"""One firm's record as lines of text for a terminal."""

from __future__ import annotations

from typing import Any

from eligibility.language import Language
from eligibility.reports.figures import percent
from eligibility.scheme import Scheme

MARKS = {"met": "+", "unmet": "x", "undetermined": "?"}


def plain(record: dict[str, Any], scheme: Scheme, language: Language) -> str:
    """Verdict, a line a condition with its article, the score by item, what is missing."""
    say, lang = language.text, language.id
    firm = record["firm"]
    lines = [
        f"{firm['name'] or ''} {firm['uscc'] or ''}".strip() or say("(no name)"),
        say("{verdict} as of {day}, by {edition}").format(
            verdict=say(record["verdict"]),
            day=record["as_of"],
            edition=language.of(scheme.edition(record["edition"]).title),
        ),
    ]
    for finding in record["findings"]:
        cite = finding["citation"]
        lines.append(
            f"  {MARKS[finding['status']]} {say(finding['status'])} · {finding['title'][lang]}: "
            f"{_figures(finding, record['score'], language)} [{cite['document']} {cite['article']}{doubt(cite, language)}]"
        )
        if finding["missing"]:
            fields = fields_in_words(finding["missing"], scheme, language)
            lines.append("      " + say("missing: {fields}").format(fields=fields))
        elif finding["status"] == "undetermined" and finding["unit"] != "point":
            law = scheme.edition(record["edition"])
            lines.append(f"      {language.of(law.conditions_by_id[finding['id']].rule)}")
        for other in (finding["interpretation"] or {}).get("turned_by", []):
            lines.append(
                "      "
                + say("{status} if read another way: {question} {reading}").format(
                    status=say(other["status"]),
                    question=other["question"][lang],
                    reading=other["other_says"][lang],
                )
            )
    score = record["score"]
    lines.append(
        "  "
        + say("Score {low}–{high} of {total}, more than {mark} needed").format(
            low=score["low"], high=score["high"], total=score["total"], mark=score["pass_above"]
        )
    )
    lines += [
        f"      {item['title'][lang]}: {item['low']}–{item['high']} / {item['max']}"
        for item in score["items"]
    ]
    lines += [f"  ! {warning['text'][lang]}" for warning in record["warnings"]]
    return "\n".join(lines) + "\n"


def _figures(finding: dict[str, Any], score: dict[str, Any], language: Language) -> str:
    say = language.text
    observed, required, unit = finding["observed"], finding["required"], finding["unit"]
    if unit == "yes_no":
        return {True: say("there was one"), False: say("none"), None: "–"}[observed]
    if observed is None:
        return "–"
    if unit == "/1":
        at_least = say("at least")
        return percent(observed, required) + (
            f" ({at_least} {required * 100:g}%)" if required else ""
        )
    if unit == "code" or required is None:
        return str(observed)
    if unit == "point":
        more_than = say("more than")
        return f"{score['low']}–{score['high']} ({more_than} {required})"
    at_least = say("at least")
    return f"{observed} ({at_least} {required})"


def doubt(cite: dict[str, Any], language: Language) -> str:
    """What is said of a citation that was not checked twice."""
    words = {"B": language.text("one source"), "M": language.text("not checked against the text")}
    return f"; {words[cite['confidence']]}" if cite["confidence"] in words else ""


def fields_in_words(names: list[str], scheme: Scheme, language: Language) -> str:
    """The titles of fields, one after another."""
    return ", ".join(language.of(scheme.fields_by_id[name].title) for name in names)
