"""Banners: an approved ad's words and the product's own photo, composed into standard ad sizes."""
