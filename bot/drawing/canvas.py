"""A picture that is being drawn, with the colours and shapes that all pictures share."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

from bot.drawing.typeface import Style, Typeface

PAPER, INK, MUTED, LINE, SEAL = "#fbfaf7", "#211e1a", "#665f55", "#dcd6ca", "#a62f1c"  # as on the site
BLUE, PALE, GREEN, GREY = "#3f62ad", "#e8e6e0", "#5c9a70", "#a8a196"
_FINER = 4  # corners are drawn so much larger, and made smaller, to be smooth

Align = Literal["left", "middle", "right"]
_ANCHORS: dict[Align, str] = {"left": "ls", "middle": "ms", "right": "rs"}


class Canvas:
    """A picture in memory; x and y are pixels from the top left."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.typeface = Typeface()
        self._image = Image.new("RGB", (width, height), PAPER)
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

    def stamp(self, mask: Image.Image, x: int, y: int) -> None:
        """Colour where a mask says, its middle at x and y."""
        self._image.paste(SEAL, (x - mask.width // 2, y - mask.height // 2), mask)

    def png(self) -> bytes:
        """Return the picture as a PNG file; 64 colours are enough for flat areas and smooth letters."""
        file = BytesIO()
        self._image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()
