"""Code is told from prose, and from prose about code."""

import pytest

from wrp_signals.code_only import is_code

PYTHON = """import os

def size(path):
    total = 0
    for name in os.listdir(path):
        total += os.stat(name).st_size
    return total
"""
JAVA = """public class Main {
    private int count = 0;
    void add(int n) {
        count += n;
    }
}
"""


@pytest.mark.parametrize("text", [PYTHON, JAVA, "int n = f(x);\nreturn n;", f"\n\n{PYTHON}"])
def test_code_alone_is_code(text):
    """Of several lines, most of which look like it."""
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "Write a function that adds two numbers.",
        "x = f(y)",
        f"Can you tell me what this does?\n{PYTHON}",
        f"Can you tell me what this does?\n{JAVA}",
        "Find $x$ such that\n\\[\\frac{x}{2} = \\frac{4}{x}\\]\n\\[x > 0\\]",
        "A list:\n- one (first)\n- two (second)\n- three [third]",
        "Dear John,\nthank you for the book.\nYours, Mary",
    ],
)
def test_prose_is_not(text):
    """Nor is prose with code, one line alone, formulas, or lists."""
    assert not is_code(text)
