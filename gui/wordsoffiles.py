"""Words for columns of files that are no columns of the tables that are browsed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def file_columns() -> dict[str, str]:
    """Column -> its name for people."""
    translate = QCoreApplication.translate
    return {
        "customer_id": translate("Words", "Customer number"),
        "event_id": translate("Words", "Event number"),
        "impression_id": translate("Words", "Impression number"),
        "value": translate("Words", "Value"),
        "price": translate("Words", "Price"),
        "cost": translate("Words", "Cost"),
        "product_type": translate("Words", "Product type"),
        "description": translate("Words", "Description"),
        "url": translate("Words", "Web page"),
        "image": translate("Words", "Picture"),
        "breadth": translate("Words", "How many articles"),
        "stock": translate("Words", "Stock"),
        "gtin": translate("Words", "Barcode (GTIN)"),
        "taxonomy_id": translate("Words", "Public category"),
        "query": translate("Words", "Search words"),
        "city": translate("Words", "City"),
        "campaign_id": translate("Words", "Campaign"),
        "creative_id": translate("Words", "Creative"),
        "placement": translate("Words", "Placement"),
        "position": translate("Words", "Position"),
        "propensity": translate("Words", "Chance of being shown"),
        "platform_activity": translate("Words", "Activity tier"),
        "platform_affinity": translate("Words", "Affinity tier"),
        "platform_redemptions": translate("Words", "Redemption tier"),
        "order_id": translate("Words", "Order number"),
        "refunded_at": translate("Words", "Refunded"),
        "refund": translate("Words", "Refund"),
        "day": translate("Words", "Day"),
        "impressions": translate("Words", "Ads shown"),
        "clicks": translate("Words", "Clicks"),
        "minor": translate("Words", "Under age"),
        "age": translate("Words", "Age"),
        "birthday": translate("Words", "Birthday"),
    }
