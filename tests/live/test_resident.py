"""Memory of this process, and what its control group may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrp_router.live.resident import limit, resident, trim


def test_this_process_has_some():
    """Tens of megabytes: more after more was taken."""
    before = resident()
    held = b"x" * (64 << 20)
    assert resident() - before > 32 << 20
    assert len(held) == 64 << 20


def test_where_nobody_says(tmp_path: Path):
    """Neither size nor limit."""
    assert (resident(tmp_path), limit(tmp_path, tmp_path)) == (0, None)
    (tmp_path / "statm").write_text("nonsense")
    assert resident(tmp_path) == 0


@pytest.mark.parametrize(
    ("group", "files", "bytes"),
    [
        ("0::/a/b", {"memory.max": "max", "a/memory.max": "4096", "a/b/memory.max": "8192"}, 4096),
        ("0::/a/b", {"a/b/memory.max": "8192"}, 8192),
        ("0::/", {"memory.max": "max"}, None),
        ("3:cpu,memory:/x", {"memory/x/memory.limit_in_bytes": "5000"}, 5000),
        ("3:memory:/x", {"memory/x/memory.limit_in_bytes": "9223372036854771712"}, None),
        ("3:cpu:/x\n2:pids:/", {"memory/x/memory.limit_in_bytes": "5000"}, None),
        ("0::/../up", {"memory.max": "7"}, 7),
        ("garbage", {}, None),
    ],
)
def test_limits_of_control_groups(tmp_path: Path, group: str, files: dict[str, str], bytes: int | None):
    """Of both versions; the least of all groups above; where there is none, none."""
    process, groups = tmp_path / "self", tmp_path / "groups"
    process.mkdir()
    (process / "cgroup").write_text(group + "\n")
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(text + "\n")
    assert limit(process, groups) == bytes


def test_memory_is_given_back_or_not():
    """Whatever the C library can, it raises nothing."""
    assert trim() in (True, False)
