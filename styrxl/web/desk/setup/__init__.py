"""The desk's pages for what a controller sets up: a workspace, the council's plan, settings, own files, and a lock that was left."""
