"""How far a long command is."""

from __future__ import annotations

import io

from wrp_router.cli.progress import Bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_a_bar():
    """Drawn anew only when a percent more is done; a new stage takes a new line."""
    seen = Terminal()
    bar = Bar(seen)
    for share in (0.0, 0.001, 0.5, 2.0):
        bar("folds", share)
    bar("fit", 0.5)
    bar.end()
    assert seen.getvalue() == (
        f"\r\x1b[Kfolds  [{'.' * 30}]   0 %"
        f"\r\x1b[Kfolds  [{'#' * 15}{'.' * 15}]  50 %"
        f"\r\x1b[Kfolds  [{'#' * 30}] 100 %"
        f"\n\r\x1b[Kfit  [{'#' * 15}{'.' * 15}]  50 %\n"
    )


def test_nobody_else_does():
    """A file or a pipe gets nothing."""
    seen = io.StringIO()
    bar = Bar(seen)
    bar("folds", 0.5)
    bar.end()
    assert seen.getvalue() == ""


def test_standard_error_is_the_default(capsys):
    """Never standard output, which is for results."""
    Bar()("folds", 1.0)
    assert capsys.readouterr() == ("", "")
