"""What a controller sets up: a workspace, the council's plan, settings, and files of the municipality's own."""
