"""What the product does with papers: look up, add, change, import, export."""
