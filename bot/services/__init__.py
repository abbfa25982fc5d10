"""What the product does; knows no platform."""
