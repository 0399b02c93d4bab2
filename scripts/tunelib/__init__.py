"""What scripts/tune.py is made of: the search space, and a federation told round by round."""
