"""What quick commands know of the field they know without pandas, which takes longer to import than they take to run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import styrxl

MODEL = Path(styrxl.__file__).parent / "model"


def test_no_module_of_the_model_imports_pandas() -> None:
    """Tables come as arguments; a module that has to make one imports pandas where it does."""
    names = [f"styrxl.model.{path.stem}" for path in sorted(MODEL.glob("[!_]*.py"))]
    code = f"import sys, {', '.join(names)}; print(*{{'pandas', 'numpy', 'pandera', 'sqlalchemy', 'openpyxl'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(names) > 20
    assert done.stdout.split() == []
