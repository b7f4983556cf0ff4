"""Words and values of the field, and nothing else."""
