"""Where the standalone program starts: as the command line, or as one of the processes that it starts of itself."""

import sys

from styrxl.returns.child_process import serve_parent

if not serve_parent(sys.argv[1:], ("styrxl.returns.isolated", "styrxl.scale.processes")):
    from styrxl.cli import main

    main()
