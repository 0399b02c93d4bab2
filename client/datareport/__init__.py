"""The data report: what a shop's rows are like, what is wrong with them, and what to do about it."""
