"""What only the notebooks need: figures, widgets and the exercises' checks."""
