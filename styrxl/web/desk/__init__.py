"""The desk: a round in the browser, on this computer alone. Each page is a module; what is done is done by ``rounds`` and ``mail``."""
