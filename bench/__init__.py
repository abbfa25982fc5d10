"""What `make bench` measures: our figures beside something named, in one run on one machine."""
