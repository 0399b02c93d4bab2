"""Two products whose ads the tests of the checks judge: a bottle in English, a shirt in Chinese."""

from common.domain import Product

BOTTLE = Product(
    product_id="p1",
    title="PolarSip Steel Bottle 750 ml",
    department="Kitchen",
    category="Bottles",
    product_type="Water Bottle",
    brand="PolarSip",
    description="Stainless steel bottle. Keeps drinks cold for 24 hours. Leak-proof lid, BPA-free.",
    price_minor=1999,
    currency="USD",
)
SHIRT = Product(
    product_id="p2",
    title="清野亚麻衬衫",
    category="服装",
    brand="清野",
    description="100%亚麻，透气，可机洗。净重200克。",
    price_minor=19900,
    currency="CNY",
)
