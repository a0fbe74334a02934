"""The way a case becomes a plan: read, check, decide, prove, explain."""

VERSION = "0.1.0"
