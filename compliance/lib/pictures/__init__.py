"""What pictures are drawn with: sheet, letters, marks and SVG. Pure; each room draws its own pictures from these."""
