"""A picture that is being drawn, with the colours and shapes that all pictures share."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

from bot.drawing.typeface import Style, Typeface

PAPER, INK, MUTED, LINE = "#fbf9f4", "#1f2a44", "#5d667c", "#dcd7cb"
BLUE, PALE, RED, GREEN, GREY = "#3f62ad", "#e6e9f2", "#c8553d", "#4f8a62", "#9aa1b1"
_FINER = 4  # corners are drawn so much larger, and made smaller, to be smooth

Align = Literal["left", "middle", "right"]
_ANCHORS: dict[Align, str] = {"left": "ls", "middle": "ms", "right": "rs"}


class Canvas:
    """A picture in memory; x and y are pixels from the top left."""

    def __init__(self, width: int, height: int, colour: str = PAPER) -> None:
        self.width, self.height = width, height
        self.typeface = Typeface()
        self._image = Image.new("RGB", (width, height), colour)
        self._draw = ImageDraw.Draw(self._image)

    def text(self, x: float, y: float, text: str, style: Style, colour: str = INK, align: Align = "left") -> None:
        """Draw a line of text that stands on `y`."""
        self._draw.text((round(x), round(y)), text, colour, self.typeface.font(style), _ANCHORS[align])

    def line(self, x: float, y: float, width: float, colour: str = LINE) -> None:
        """Draw a thin horizontal line."""
        self._draw.rectangle((round(x), round(y), round(x + width) - 1, round(y) + 1), colour)

    def bar(self, x: float, y: float, width: float, height: float, colour: str, radius: int = 0) -> None:
        """Draw a rectangle, its corners rounded by so many pixels."""
        size = max(1, round(width)), max(1, round(height))
        radius = min(radius, size[0] // 2, size[1] // 2)
        mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
        box = (0, 0, mask.width - 1, mask.height - 1)
        ImageDraw.Draw(mask).rounded_rectangle(box, radius * _FINER, 255)
        self._image.paste(colour, (round(x), round(y)), mask.reduce(_FINER))

    def paste(self, image: Image.Image, x: int, y: int) -> None:
        """Put a picture with a transparent ground in place, its middle at x and y."""
        self._image.paste(image, (x - image.width // 2, y - image.height // 2), image)

    def png(self) -> bytes:
        """Return the picture as a PNG file; 64 colours are enough for flat areas and smooth letters."""
        file = BytesIO()
        self._image.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()
