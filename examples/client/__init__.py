"""A client for Haven's machine interface, in one file to be copied: haven_client.py."""
