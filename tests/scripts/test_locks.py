"""The SBOM says what the lock says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.locks import BIN, tell
from tests.test_supply import pins


@pytest.mark.parametrize("name", ["core", "extras"])
@pytest.mark.filterwarnings("ignore")
def test_an_sbom_names_every_package_of_its_lock(name: str, tmp_path: Path):
    """With its version and the hashes of its files."""
    if not (BIN / "cyclonedx-py").exists():
        pytest.skip("NOT TESTED: cyclonedx-bom is missing; run: make sbom")
    out = tmp_path / "found.cdx.json"
    tell(name, out)
    bom = json.loads(out.read_text())
    assert (bom["bomFormat"], bom["metadata"]["component"]["name"]) == ("CycloneDX", "wrp-router")
    assert {(one["name"], one["version"]) for one in bom["components"]} >= set(pins(f"{name}.txt").items())
    assert all(one["externalReferences"][0]["hashes"] for one in bom["components"])
