"""What the terminal shows and takes."""
