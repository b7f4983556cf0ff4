from styrxl.api.files import validate as validate
from styrxl.api.workspace import open_workspace as open  # noqa: A004 -- styrxl.open, as in gzip.open

__all__ = ["__version__", "open", "validate"]
__version__: str
