"""Pictures with Japanese text, drawn with a font that comes along, so that they look the same everywhere."""
