"""The papers file: fills a new collection, is imported when it changes, or is kept in sync."""
