"""The way a plan becomes something people read: rows, sentences, files."""
