"""All SQL, and nothing else."""
