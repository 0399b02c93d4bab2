"""The photo of a product for the previews, small enough to paint at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QImageReader

from client.api import Product, Shop

#: the shorter side of what is read, in pixels
SIDE = 640


def picture(shop: Shop, product: Product) -> QImage | None:
    """The product's photo; None where the shop has none that can be read."""
    path = shop.product_photo(product)
    if path is None:
        return None
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and min(size.width(), size.height()) > SIDE:
        grown = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        reader.setScaledSize(size.scaled(SIDE, SIDE, grown))
    image = reader.read()
    return None if image.isNull() else image
