"""What is true of files in and out."""
