"""Where the standalone program starts: as the command line, or as one of the processes that it starts of itself."""

import os
import sys

from styrxl.returns.child_process import serve_parent

# On Linux programs find their libraries by this. Those of ours are loaded; the browser that the desk opens must find its own.
os.environ.pop("LD_LIBRARY_PATH", None)
if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH_ORIG"]

if not serve_parent(sys.argv[1:], ("styrxl.returns.isolated", "styrxl.scale.processes")):
    from styrxl.cli import main

    main()
