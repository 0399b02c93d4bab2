"""Learning from results: who was clicked more, which ad to show next, which words were preferred."""
