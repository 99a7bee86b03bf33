"""All that speaks Singer."""
