"""Training: recipes (settings), run (what the loops share), and one loop a stage, in plain sight. Chapter 14."""
