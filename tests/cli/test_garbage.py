"""How often Python looks for garbage, in a process of its own: it stays so for the life of one."""

from __future__ import annotations

import gc
import subprocess
import sys

from wrp_router.cli import garbage

SCRIPT = """
import gc
from wrp_router.cli.garbage import look_seldom
look_seldom()
class Cycle:
    def __init__(self):
        self.me = self
def waiting():
    return sum(isinstance(one, Cycle) for one in gc.get_objects())
for _ in range(30_000):
    Cycle()
print(*gc.get_threshold(), gc.get_freeze_count() > 1_000, waiting() < 30_000)
"""


def test_only_for_a_while():
    """What was before is again, and what was set aside is looked at again."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with garbage.seldom():
        assert gc.get_threshold() == (garbage.YOUNG, garbage.MIDDLE, garbage.OLD)
        assert gc.get_freeze_count() > frozen
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_it_is_looked_at_seldom_but_is_looked_at():
    """Modules and classes never again; garbage before it has piled up."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [*map(str, (garbage.YOUNG, garbage.MIDDLE, garbage.OLD)), "True", "True"]
