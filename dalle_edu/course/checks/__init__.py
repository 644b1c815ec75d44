"""The checks behind the exercises, a module a chapter; `exercise.py` says how they work."""
