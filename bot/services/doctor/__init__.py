"""What `dayori doctor` looks at beyond the database."""
