"""What keeps the project honest: size, notebook rules, gates. Run as `python -m tools.NAME`."""
