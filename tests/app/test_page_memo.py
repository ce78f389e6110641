"""What a page asks again and again while it is drawn is asked once, and of nobody else's run."""

from __future__ import annotations

from eligibility.app import page_memo


def test_a_page_asks_once_in_a_run_and_anew_in_the_next() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    for run in (1, 2):
        with page_memo.page_run():
            assert [page_memo.once("rights", ask), page_memo.once("rights", ask)] == [run, run]
    assert [page_memo.once("rights", ask), page_memo.once("rights", ask)] == [3, 4]


def test_what_was_written_is_asked_anew_in_the_same_run() -> None:
    values = iter(("before", "after"))
    with page_memo.page_run():
        page_memo.once("settings", lambda: next(values))
        page_memo.forget()
        assert page_memo.once("settings", lambda: next(values)) == "after"
