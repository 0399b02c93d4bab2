"""The worker of `hansa-audit canary`: the client's own training code on planted shoppers."""
