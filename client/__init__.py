"""The merchant's side: rows live here and stay."""
