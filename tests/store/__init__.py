"""What is true of the tables."""
