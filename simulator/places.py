"""Where the bench's own files are, the same from a checkout and from an installed wheel."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCENARIOS: Final = ROOT / "scenarios"
MUNICIPALITIES: Final = SCENARIOS / "municipalities"
REFERENCES: Final = SCENARIOS / "references"
PATHWAYS: Final = SCENARIOS / "pathways"
STUDIES: Final = SCENARIOS / "studies"
CANDIDATES: Final = SCENARIOS / "candidates"
FEATURES: Final = ROOT / "features"
LOADTESTS: Final = ROOT / "loadtests"
REPORTS: Final = ROOT / "reports"
