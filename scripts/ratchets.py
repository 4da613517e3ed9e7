"""Files of at most 300 lines, functions of at most 40: measured from the first statement to the last. No exceptions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 300, 40
ROOT = Path(__file__).parent.parent
FOLDERS = ("wrp_router", "policies", "signals", "cache", "tests", "bench", "scripts")


def files() -> list[Path]:
    """All that is ours."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if ".peers" not in path.parts]


def too_long(path: Path, root: Path = ROOT) -> Iterator[str]:
    """What breaks a ratchet in one file."""
    text = path.read_text(encoding="utf-8")
    name, lines = path.relative_to(root), text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            body = node.end_lineno - node.body[0].lineno + 1
            if body > FUNCTION_LINES:
                yield f"{name}:{node.lineno} {node.name}: {body} lines"


def main() -> int:
    """Prints every breach; 1 if there is any."""
    ours = files()
    breaches = [breach for path in ours for breach in too_long(path)]
    print("\n".join(breaches) or f"{len(ours)} files within {FILE_LINES} lines, functions within {FUNCTION_LINES}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
