"""Run the program with ``python -m styrxl``."""

from styrxl.cli import main

if __name__ == "__main__":
    main()
