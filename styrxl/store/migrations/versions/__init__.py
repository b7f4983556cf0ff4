"""The revisions, each named by what it made."""
