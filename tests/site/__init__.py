"""The collection as a site of static pages."""
