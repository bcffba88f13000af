"""A chat platform small enough to read: it takes Haven's webhooks and shows what they say about its accounts.

Needs the standard library, nothing of Haven. What to copy is receiver.py.
"""
