"""Topic-based subscriptions: who is told of what, by the Subscriptions R5 Backport in its R4 form."""
