"""A chat platform small enough to read: it takes Haven's webhooks and shows what they say about its accounts.

Needs the standard library and `standardwebhooks`, nothing of Haven: copy it and build on it.
"""
