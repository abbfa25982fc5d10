"""What is true of the domain."""
