"""MEASURE: rounds, searches, and when to stop."""
